namespace OrleansRegistry.Logs;

/// <summary>
/// The part of an append-only log that its owner's head carries: the newest items, and how many pages hold the older ones. Immutable.
/// </summary>
/// <param name="Base">The pages up to this number belonged to items that were cleared.</param>
/// <param name="Pages">The number of the last page; equal to <paramref name="Base"/> when there are no pages.</param>
/// <param name="Count">How many items there are in all.</param>
/// <param name="Tail">The newest items, in no page yet.</param>
/// <param name="Bytes">What all items have; null where an older version wrote the log, which did not count.</param>
[GenerateSerializer, Immutable, Alias("registry.LogHead")]
internal sealed record LogHead(
    [property: Id(0)] long Base,
    [property: Id(1)] long Pages,
    [property: Id(2)] long Count,
    [property: Id(3)] RawJson[] Tail,
    [property: Id(4)] long? Bytes = null)
{
    /// <summary>
    /// What is full after so many items is written as a page. Every process must use the same: a page is written twice only with the same bytes.
    /// </summary>
    public const int PageItems = 16;

    /// <summary>What is full after so many bytes.</summary>
    public const int PageBytes = 16 * 1024;

    /// <summary>Members of the stored log that a newer version wrote, preserved by changes; empty when there are none.</summary>
    [Id(31)]
    public RawJson Unknown { get; init; }

    public static LogHead Empty { get; } = new(0, 0, 0, [], 0);

    /// <summary>How many items lie in pages: the number of the tail's first item, from 0.</summary>
    public long Paged => Count - Tail.Length;

    /// <summary>Whether the tail is to be written as pages before the next change.</summary>
    public bool IsFull
    {
        get
        {
            if (Tail.Length >= PageItems)
            {
                return true;
            }

            var bytes = 0;
            foreach (var item in Tail)
            {
                bytes += item.Length;
            }

            return bytes >= PageBytes;
        }
    }

    public LogHead Append(ReadOnlySpan<RawJson> items)
    {
        if (items.Length == 0)
        {
            return this;
        }

        var bytes = Bytes;
        foreach (var item in items)
        {
            bytes += item.Length;
        }

        return this with { Count = Count + items.Length, Tail = [.. Tail, .. items], Bytes = bytes };
    }

    /// <summary>
    /// The log without items. Its pages are to be deleted once this is stored. One number is left out, so that the base always tells it apart.
    /// </summary>
    public LogHead Cleared() => new(Pages + 1, Pages + 1, 0, [], 0) { Unknown = Unknown };
}

/// <summary>Older items of a log. Written once.</summary>
/// <param name="First">The number of its first item, from 0.</param>
/// <param name="Items">One JSON array.</param>
/// <param name="Digest">
/// Of a log of items with ids: 16 bytes for each item of this page and the pages before it that it sums up (of page n, counted from the log's base,
/// the pages after n less its lowest set bit). </param>
[GenerateSerializer, Immutable, Alias("registry.LogPage")]
internal sealed record LogPage(
    [property: Id(0)] long First,
    [property: Id(1)] int Count,
    [property: Id(2)] RawJson Items,
    [property: Id(3)] byte[] Digest);
