namespace OrleansRegistry.Directory;

/// <summary>Has a key that it is sorted by, which never changes.</summary>
internal interface ISorted
{
    string Key { get; }
}

/// <summary>
/// Things in the ordinal order of their keys. One writer at a time; any number of readers, who see one consistent picture
/// without locks: what is written is a copy of one chunk, of the block of chunks that it is in, and of the list of blocks.
/// </summary>
internal class Sorted<T>
    where T : class, ISorted
{
    // Small, as a new agent costs a copy of each in every ordering that it is in.
    private const int ChunkSize = 64;
    private const int BlockSize = 128;

    private volatile T[][][] blocks = [];
    private int count;

    public int Count => Volatile.Read(ref count);

    public void Add(T slot)
    {
        var now = blocks;
        if (now.Length == 0)
        {
            blocks = [[[slot]]];
            count = 1;
            return;
        }

        var (block, chunk) = ChunkOf(now, slot.Key);
        var place = ~PlaceOf(now[block][chunk], slot.Key);
        if (place < 0)
        {
            return;
        }

        // What grows at the end of all is being filled in order: leave it full and start the next.
        var atEnd = block == now.Length - 1 && chunk == now[block].Length - 1 && place == now[block][chunk].Length;
        blocks = With(now, block, With(now[block], chunk, Inserted(now[block][chunk], place, slot), ChunkSize, atEnd), BlockSize, atEnd);
        count++;
    }

    public void Remove(T slot)
    {
        var now = blocks;
        if (now.Length == 0)
        {
            return;
        }

        var (block, chunk) = ChunkOf(now, slot.Key);
        var place = PlaceOf(now[block][chunk], slot.Key);
        if (place < 0)
        {
            return;
        }

        blocks = Without(now, block, Without(now[block], chunk, Removed(now[block][chunk], place)));
        count--;
    }

    /// <summary>The slots whose ids come after <paramref name="after"/>; all for null.</summary>
    public IEnumerable<T> After(string? after)
    {
        var now = blocks;
        var block = 0;
        var chunk = 0;
        var place = 0;
        if (after is not null && now.Length > 0)
        {
            (block, chunk) = ChunkOf(now, after);
            place = PlaceOf(now[block][chunk], after);
            place = place < 0 ? ~place : place + 1;
        }

        for (; block < now.Length; block++, chunk = 0)
        {
            for (var chunks = now[block]; chunk < chunks.Length; chunk++, place = 0)
            {
                for (var slots = chunks[chunk]; place < slots.Length; place++)
                {
                    yield return slots[place];
                }
            }
        }
    }

    /// <summary>The last chunk whose first id is not after <paramref name="id"/>, or the first.</summary>
    private static (int Block, int Chunk) ChunkOf(T[][][] blocks, string id)
    {
        var block = LastNotAfter(blocks, id, static block => block[0][0]);
        return (block, LastNotAfter(blocks[block], id, static chunk => chunk[0]));
    }

    private static int LastNotAfter<TItem>(TItem[] items, string id, Func<TItem, T> first)
    {
        var low = 0;
        var high = items.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (string.CompareOrdinal(first(items[middle]).Key, id) <= 0)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>
    /// A copy with <paramref name="item"/> at <paramref name="at"/>, in two parts where it is larger than <paramref name="limit"/>.
    /// </summary>
    private static TItem[][] With<TItem>(TItem[][] items, int at, TItem[] item, int limit, bool leaveFull)
    {
        if (item.Length <= limit)
        {
            TItem[][] copy = [.. items];
            copy[at] = item;
            return copy;
        }

        var cut = leaveFull ? limit : limit / 2;
        var parts = Inserted(items, at, item[..cut]);
        parts[at + 1] = item[cut..];
        return parts;
    }

    private static TItem[][] Without<TItem>(TItem[][] items, int at, TItem[] item)
    {
        if (item.Length == 0)
        {
            return Removed(items, at);
        }

        TItem[][] copy = [.. items];
        copy[at] = item;
        return copy;
    }

    private static TItem[] Inserted<TItem>(TItem[] items, int at, TItem item) => [.. items.AsSpan(0, at), item, .. items.AsSpan(at)];

    private static TItem[] Removed<TItem>(TItem[] items, int at) => [.. items.AsSpan(0, at), .. items.AsSpan(at + 1)];

    /// <returns>Where it is; else the complement of where it would be.</returns>
    private static int PlaceOf(T[] chunk, string key)
    {
        var low = 0;
        var high = chunk.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(chunk[middle].Key, key);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}

/// <summary>Agents in the ordinal order of their ids.</summary>
internal sealed class SortedSlots : Sorted<AgentSlot>;
