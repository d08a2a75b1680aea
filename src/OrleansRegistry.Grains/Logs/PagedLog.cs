using OrleansRegistry.Model;

namespace OrleansRegistry.Grains;

/// <summary>
/// Writes one log of a grain. The head's tail holds the newest items; a full tail is written as pages before the head that goes on without it. What is
/// written is what a stored head holds, cut by one rule: so a page has the same bytes whoever writes it, and however often.
/// </summary>
/// <param name="idOf">The id of an item; null for a log that does not look for repeats.</param>
internal sealed class PagedLog(LogName name, PageStore pages, Func<RawJson, string>? idOf)
{
    private const int AtOnce = 32;

    private ItemIds? ids;

    /// <summary>Makes <see cref="Has"/> and <see cref="Add"/> usable: reads the digests of a few pages, once an activation.</summary>
    public async ValueTask LoadIds(LogHead head)
    {
        if (idOf is null || ids is not null)
        {
            return;
        }

        var loaded = new ItemIds();
        var cover = ItemIds.Cover(head.Pages - head.Base);
        var read = new Task<LogPage?>[cover.Count];
        for (var i = 0; i < read.Length; i++)
        {
            read[i] = pages.Read(name, head.Base + cover[i]);
        }

        await Task.WhenAll(read);
        for (var i = 0; i < read.Length; i++)
        {
            loaded.AddDigest(cover[i], (await read[i] ?? throw new MissingPageException(name, head.Base + cover[i])).Digest);
        }

        foreach (var item in head.Tail)
        {
            loaded.Add(idOf(item));
        }

        ids = loaded.Count == head.Count
            ? loaded
            : throw new InvalidOperationException($"The pages of {name} hold {loaded.Count} ids, and there are {head.Count} items.");
    }

    public bool Has(string id) => ids!.Contains(id);

    /// <summary>Tells of an item that the head being made has at its end.</summary>
    public void Add(string id) => ids!.Add(id);

    /// <summary>Tells that the head being made has no items any more.</summary>
    public void Clear() => ids = idOf is null ? null : new ItemIds();

    /// <summary><paramref name="after"/>, made of the stored <paramref name="before"/> by appending, less what has been written as pages now.</summary>
    public async Task<LogHead> Flush(LogHead before, LogHead after, Func<Task<bool>> headIsCurrent)
    {
        if (after.Base != before.Base || !before.IsFull)
        {
            return after;
        }

        await LoadIds(before);
        var writes = new List<Task>();
        var (first, number) = (before.Paged, before.Pages);
        for (var rest = before.Tail.AsMemory(); rest.Length > 0;)
        {
            var count = NextPage(rest.Span);
            var digest = ids?.NextDigest((int)first, count) ?? [];
            var page = new LogPage(first, count, JsonObjects.Array(rest[..count].ToArray()), digest);
            writes.Add(pages.WriteOnce(name, ++number, page, headIsCurrent));
            first += count;
            rest = rest[count..];
        }

        await Task.WhenAll(writes);
        return after with { Pages = number, Tail = after.Tail[before.Tail.Length..] };
    }

    /// <summary>Deletes the pages after <paramref name="from"/>, and those that a write left behind which no head came to name.</summary>
    public async Task DeletePages(LogHead head, long from)
    {
        var next = from + 1;
        while (next <= head.Pages)
        {
            var deletes = new Task[Math.Min(AtOnce, head.Pages - next + 1)];
            for (var i = 0; i < deletes.Length; i++)
            {
                deletes[i] = pages.Delete(name, next++);
            }

            await Task.WhenAll(deletes);
        }

        for (var rest = head.Tail.AsMemory(); head.IsFull && rest.Length > 0; rest = rest[NextPage(rest.Span)..])
        {
            await pages.Delete(name, next++);
        }
    }

    private static int NextPage(ReadOnlySpan<RawJson> items)
    {
        var (count, bytes) = (0, 0);
        while (count < items.Length && count < LogHead.PageItems && bytes < LogHead.PageBytes)
        {
            bytes += items[count++].Length;
        }

        return count;
    }
}
