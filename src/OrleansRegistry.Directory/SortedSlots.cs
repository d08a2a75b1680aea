namespace OrleansRegistry.Directory;

/// <summary>
/// Agents in the ordinal order of their ids. One writer at a time; any number of readers, who see one consistent picture
/// without locks: what is written is a copy of one chunk and of the list of chunks.
/// </summary>
internal sealed class SortedSlots
{
    private const int ChunkSize = 512;

    private volatile AgentSlot[][] chunks = [];
    private int count;

    public int Count => Volatile.Read(ref count);

    public void Add(AgentSlot slot)
    {
        var now = chunks;
        if (now.Length == 0)
        {
            chunks = [[slot]];
            count = 1;
            return;
        }

        var at = ChunkOf(now, slot.Id);
        var chunk = now[at];
        var place = ~Array.BinarySearch(chunk, slot, ById.Instance);
        if (place < 0)
        {
            return;
        }

        AgentSlot[] grown = [.. chunk[..place], slot, .. chunk[place..]];
        // A chunk that grows at its end is being filled in order: leave it full and start the next.
        var cut = place == chunk.Length && at == now.Length - 1 ? ChunkSize : ChunkSize / 2;
        chunks = grown.Length <= ChunkSize
            ? [.. now[..at], grown, .. now[(at + 1)..]]
            : [.. now[..at], grown[..cut], grown[cut..], .. now[(at + 1)..]];
        count++;
    }

    public void Remove(AgentSlot slot)
    {
        var now = chunks;
        if (now.Length == 0)
        {
            return;
        }

        var at = ChunkOf(now, slot.Id);
        var chunk = now[at];
        var place = Array.BinarySearch(chunk, slot, ById.Instance);
        if (place < 0)
        {
            return;
        }

        chunks = chunk.Length == 1
            ? [.. now[..at], .. now[(at + 1)..]]
            : [.. now[..at], [.. chunk[..place], .. chunk[(place + 1)..]], .. now[(at + 1)..]];
        count--;
    }

    /// <summary>The slots whose ids come after <paramref name="after"/>; all for null.</summary>
    public IEnumerable<AgentSlot> After(string? after)
    {
        var now = chunks;
        var at = after is null || now.Length == 0 ? 0 : ChunkOf(now, after);
        var place = 0;
        if (after is not null && now.Length > 0)
        {
            place = Array.BinarySearch(now[at], new AgentSlot(after), ById.Instance);
            place = place < 0 ? ~place : place + 1;
        }

        for (; at < now.Length; at++, place = 0)
        {
            var chunk = now[at];
            for (; place < chunk.Length; place++)
            {
                yield return chunk[place];
            }
        }
    }

    /// <summary>The last chunk whose first id is not after <paramref name="id"/>, or the first.</summary>
    private static int ChunkOf(AgentSlot[][] chunks, string id)
    {
        var low = 0;
        var high = chunks.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (string.CompareOrdinal(chunks[middle][0].Id, id) <= 0)
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

    private sealed class ById : IComparer<AgentSlot>
    {
        public static readonly ById Instance = new();

        public int Compare(AgentSlot? x, AgentSlot? y) => string.CompareOrdinal(x!.Id, y!.Id);
    }
}
