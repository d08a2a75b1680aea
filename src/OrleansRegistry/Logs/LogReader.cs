namespace OrleansRegistry.Logs;

/// <summary>Where a reader of a log goes on: at this item of this page, or of the tail where there is no such page yet.</summary>
/// <param name="Base">The log's base when the position was issued; a different one now means that the log was cleared since.</param>
/// <param name="Index">The item's number, from 0.</param>
internal sealed record LogPosition(long Base, long Page, int Offset, long Index);

/// <summary>A run of items, oldest first.</summary>
/// <param name="Next">Null where there are no more.</param>
internal sealed record LogRun(IReadOnlyList<RawJson> Items, long First, LogPosition? Next);

/// <summary>A page that a head names is not there: the log was cleared or deleted after that head was read.</summary>
internal sealed class MissingPageException(LogName log, long number) : Exception($"Page {number} of {log} is not there.");

/// <summary>Reads logs from a head and the pages that it names.</summary>
internal sealed class LogReader(PageStore pages)
{
    private const int AtOnce = 32;

    /// <summary>About how many bytes of pages are read at once.</summary>
    private const int BytesAtOnce = 4 * 1024 * 1024;

    /// <summary>The newest <paramref name="count"/> items, oldest of them first. Reads the pages that hold them, and no other.</summary>
    /// <param name="maxBytes">The most to read.</param>
    /// <returns>The items, and whether there was no room for all of them: then the oldest are left out.</returns>
    /// <exception cref="MissingPageException">The head is no longer that of the log.</exception>
    public async Task<(IReadOnlyList<RawJson> Items, bool Truncated)> ReadNewestAsync(LogName log, LogHead head, long count, long maxBytes)
    {
        var newest = new List<RawJson>();
        var bytes = 0L;
        count = Math.Min(count, head.Count);
        await foreach (var (_, items) in ReadBackwardsAsync(log, head, () => count - newest.Count))
        {
            for (var i = items.Length - 1; i >= 0 && newest.Count < count; i--)
            {
                bytes += items[i].Length;
                if (bytes > maxBytes)
                {
                    newest.Reverse();
                    return (newest, true);
                }

                newest.Add(items[i]);
            }

            if (newest.Count == count)
            {
                break;
            }
        }

        newest.Reverse();
        return (newest, false);
    }

    /// <summary>
    /// The tail and then the pages, newest first, each with its number; the tail's is that of the page it will be. A few pages are read at once, but
    /// not many bytes.
    /// </summary>
    /// <param name="wanted">How many more items are wanted: no page is read that is not needed for them.</param>
    /// <exception cref="MissingPageException">The head is no longer that of the log.</exception>
    public async IAsyncEnumerable<(long Page, RawJson[] Items)> ReadBackwardsAsync(LogName log, LogHead head, Func<long> wanted)
    {
        yield return (head.Pages + 1, head.Tail);
        var page = head.Pages;
        var largest = BytesAtOnce / 4;
        while (page > head.Base)
        {
            // A page holds no more than so many items, so these are all needed.
            var most = Math.Min((wanted() - 1) / LogHead.PageItems, Math.Min(AtOnce, BytesAtOnce / largest) - 1) + 1;
            var first = Math.Max(head.Base + 1, page - Math.Max(most, 1) + 1);
            var read = new Task<LogPage>[page - first + 1];
            for (var i = 0; i < read.Length; i++)
            {
                read[i] = ReadAsync(log, first + i);
            }

            await Task.WhenAll(read);
            largest = LogHead.PageBytes;
            for (var i = read.Length - 1; i >= 0; i--)
            {
                var items = (await read[i]).Items;
                largest = Math.Max(largest, items.Length);
                yield return (first + i, JsonObjects.Items(items));
            }

            page = first - 1;
        }
    }

    /// <summary>The items of one page; of the tail, by the number of the page that it will be.</summary>
    /// <exception cref="MissingPageException">The head is no longer that of the log.</exception>
    public async Task<RawJson[]> ReadItemsAsync(LogName log, LogHead head, long page) =>
        page > head.Pages ? head.Tail : JsonObjects.Items((await ReadAsync(log, page)).Items);

    /// <summary>One item by its number, from 0. Reads as many pages as it takes to halve them down to one.</summary>
    /// <exception cref="MissingPageException">The head is no longer that of the log.</exception>
    public async Task<RawJson> ReadOneAsync(LogName log, LogHead head, long index)
    {
        if (index >= head.Paged)
        {
            return head.Tail[index - head.Paged];
        }

        var low = head.Base + 1;
        var high = head.Pages;
        while (true)
        {
            var middle = low + ((high - low) / 2);
            var page = await ReadAsync(log, middle);
            if (index < page.First)
            {
                high = middle - 1;
            }
            else if (index >= page.First + page.Count)
            {
                low = middle + 1;
            }
            else
            {
                return JsonObjects.Items(page.Items)[index - page.First];
            }
        }
    }

    /// <summary>Items in order, from a position on; at least one where there is one.</summary>
    /// <param name="from">Null: from the first.</param>
    /// <exception cref="RegistryException">The position is not one of this log.</exception>
    /// <exception cref="MissingPageException">The head is no longer that of the log.</exception>
    public async Task<LogRun> ReadForwardAsync(LogName log, LogHead head, LogPosition? from, int limit, long maxBytes)
    {
        var at = from ?? new LogPosition(head.Base, head.Base + 1, 0, 0);
        if (at.Base != head.Base || at.Page <= head.Base || at.Offset < 0 || at.Index < 0)
        {
            throw RegistryException.Invalid("page_token", "is of items that are no longer there; leave it out to start over");
        }

        var items = new List<RawJson>(Math.Min(limit, 128));
        var bytes = 0L;
        var page = at.Page;
        var offset = at.Offset;
        while (true)
        {
            var inTail = page > head.Pages;
            var here = inTail ? head.Tail : JsonObjects.Items((await ReadAsync(log, page)).Items);
            if (!inTail && offset >= here.Length)
            {
                // What was the tail has become several pages.
                page++;
                offset -= here.Length;
                continue;
            }

            for (; offset < here.Length; offset++)
            {
                bytes += here[offset].Length;
                if (items.Count == limit || (items.Count > 0 && bytes > maxBytes))
                {
                    return new LogRun(items, at.Index, new LogPosition(head.Base, page, offset, at.Index + items.Count));
                }

                items.Add(here[offset]);
            }

            if (inTail)
            {
                return new LogRun(items, at.Index, null);
            }
        }
    }

    private async Task<LogPage> ReadAsync(LogName log, long number) =>
        await pages.ReadAsync(log, number) ?? throw new MissingPageException(log, number);
}
