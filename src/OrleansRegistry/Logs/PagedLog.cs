using Orleans.Storage;

namespace OrleansRegistry.Logs;

/// <summary>
/// Writes one log of a grain. The head's tail holds the newest items; a full tail is written as pages before the head that goes on without it. What
/// is written is what a stored head holds, cut by one rule: so a page has the same bytes whoever writes it, and however often.
/// </summary>
/// <param name="idOf">The id of an item; null for a log that does not look for repeats.</param>
internal sealed class PagedLog(LogName name, PageStore pages, Func<RawJson, string>? idOf)
{
    private const int AtOnce = 32;

    private ItemIds? ids;

    /// <summary>Makes <see cref="Has"/> and <see cref="Add"/> usable: reads the digests of a few pages, once an activation.</summary>
    /// <exception cref="InconsistentStateException">The pages are not those of this head: another writer has taken over.</exception>
    public async ValueTask LoadIdsAsync(LogHead head)
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
            read[i] = pages.ReadAsync(name, head.Base + cover[i]);
        }

        await Task.WhenAll(read);
        for (var i = 0; i < read.Length; i++)
        {
            loaded.AddDigest(
                cover[i],
                (await read[i] ?? throw new InconsistentStateException($"Page {head.Base + cover[i]} of {name} is not there.")).Digest);
        }

        foreach (var item in head.Tail)
        {
            loaded.Add(idOf(item));
        }

        ids = loaded.Count == head.Count
            ? loaded
            : throw new InconsistentStateException($"The pages of {name} hold {loaded.Count} ids, and there are {head.Count} items.");
    }

    public bool Has(string id) => ids!.Contains(id);

    /// <summary>The stored item with this id, in any page; empty if there is no such item.</summary>
    public async Task<RawJson> FindAsync(LogHead head, string id)
    {
        await LoadIdsAsync(head);
        return ids!.IndexOf(id) is >= 0 and var index && index < head.Count ? await new LogReader(pages).ReadOneAsync(name, head, index) : default;
    }

    public bool TryFindInTail(LogHead head, string id, out RawJson item)
    {
        foreach (var candidate in head.Tail)
        {
            if (idOf!(candidate) == id)
            {
                item = candidate;
                return true;
            }
        }

        item = default;
        return false;
    }

    /// <summary>Tells of an item that the head being made has at its end.</summary>
    public void Add(string id) => ids!.Add(id);

    /// <summary>Tells that the head being made has no items any more.</summary>
    public void Clear() => ids = idOf is null ? null : new ItemIds();

    /// <summary>
    /// <paramref name="after"/>, made of the stored <paramref name="before"/> by appending, less what has been written as pages now.
    /// </summary>
    public async Task<LogHead> FlushAsync(LogHead before, LogHead after, Func<Task<bool>> headIsCurrent)
    {
        if (after.Base != before.Base || !before.IsFull)
        {
            return after;
        }

        await LoadIdsAsync(before);
        var number = await WritePagesAsync(before.Pages, before.Paged, before.Tail, headIsCurrent);
        return after with { Pages = number, Tail = after.Tail[before.Tail.Length..] };
    }

    /// <summary>
    /// A log of these items alone, in pages after those that there are: the old ones are to be deleted once it is stored. Pages that a crash left of
    /// another try are written over.
    /// </summary>
    public async Task<LogHead> RewriteAsync(LogHead old, IReadOnlyList<RawJson> items, Func<Task<bool>> headIsCurrent)
    {
        Clear();
        foreach (var item in items)
        {
            Add(idOf!(item));
        }

        var number = await WritePagesAsync(old.Pages, 0, [.. items], headIsCurrent);
        return new LogHead(old.Pages, number, items.Count, [], items.Sum(item => (long)item.Length));
    }

    /// <summary>Deletes the pages after <paramref name="from"/>, and those that a write left behind which no head came to name.</summary>
    public async Task DeletePagesAsync(LogHead head, long from)
    {
        await DeletePagesAsync(from, head.Pages);
        var next = head.Pages + 1;
        for (var rest = head.Tail.AsMemory(); head.IsFull && rest.Length > 0; rest = rest[NextPage(rest.Span)..])
        {
            await pages.DeleteAsync(name, next++);
        }
    }

    /// <summary>Deletes what <see cref="RewriteAsync"/> left behind which no head came to name. Nothing else may be writing to the log.</summary>
    public async Task DeleteLeftoversAsync(LogHead head)
    {
        for (var next = head.Pages + 1; await pages.DeleteAsync(name, next); next++)
        {
        }
    }

    /// <summary>Deletes the pages after <paramref name="from"/> up to <paramref name="last"/>.</summary>
    public async Task DeletePagesAsync(long from, long last)
    {
        for (var next = from + 1; next <= last;)
        {
            var deletes = new Task[Math.Min(AtOnce, last - next + 1)];
            for (var i = 0; i < deletes.Length; i++)
            {
                deletes[i] = pages.DeleteAsync(name, next++);
            }

            await Task.WhenAll(deletes);
        }
    }

    /// <returns>The number of the last page.</returns>
    private async Task<long> WritePagesAsync(long number, long first, RawJson[] items, Func<Task<bool>> headIsCurrent)
    {
        var writes = new List<Task>();
        foreach (var page in Cut(items, first, ids))
        {
            writes.Add(pages.WriteOnceAsync(name, ++number, page, headIsCurrent));
        }

        await Task.WhenAll(writes);
        return number;
    }

    /// <summary>The pages of items.</summary>
    /// <param name="first">The number of the first item.</param>
    /// <param name="ids">Those of all items up to the last; null for a log that does not look for repeats.</param>
    public static IEnumerable<LogPage> Cut(RawJson[] items, long first, ItemIds? ids)
    {
        for (var rest = items.AsMemory(); rest.Length > 0;)
        {
            var count = NextPage(rest.Span);
            var digest = ids?.NextDigest((int)first, count) ?? [];
            yield return new LogPage(first, count, JsonObjects.Array(rest[..count].ToArray()), digest);
            first += count;
            rest = rest[count..];
        }
    }

    /// <summary>Deletes the pages of a log whose head cannot be read: from the first on, until there are no more.</summary>
    public async Task DeleteAllPagesAsync()
    {
        for (var next = 1L; ; next += AtOnce)
        {
            var first = next;
            if ((await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => pages.DeleteAsync(name, first + i)))).Contains(false))
            {
                return;
            }
        }
    }

    private static int NextPage(ReadOnlySpan<RawJson> items)
    {
        var count = 0;
        var bytes = 0;
        while (count < items.Length && count < LogHead.PageItems && bytes < LogHead.PageBytes)
        {
            bytes += items[count++].Length;
        }

        return count;
    }
}
