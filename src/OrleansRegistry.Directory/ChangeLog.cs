using OrleansRegistry.Storage;

namespace OrleansRegistry.Directory;

/// <summary>A change of an agent, as the feed came to it.</summary>
/// <param name="Before">What was told of the agent before; null for nothing.</param>
/// <param name="After">Null where it is gone.</param>
internal readonly record struct LoggedChange(long Revision, string Tenant, string Id, AgentEntry? Before, AgentEntry? After)
{
    /// <summary>What it keeps in memory, about: cards, what they are searched in, and instances.</summary>
    public long Bytes => BytesOf(Before) + BytesOf(After);

    private static long BytesOf(AgentEntry? entry) => entry is null
        ? 0
        : entry.Record.Card.Length + entry.SearchText.Length + AgentInstanceLists.SizeOf(entry.Record.Instances);
}

/// <summary>
/// The newest changes of agents, in the order of their revisions, for those who watch. What this node wrote itself is in the directory ahead of the
/// feed: here it comes in its turn.
/// </summary>
/// <param name="most">How many changes are held.</param>
/// <param name="mostBytes">How much of cards they hold; the newest is held whatever it has.</param>
internal sealed class ChangeLog(int most = ChangeLog.Usual, long mostBytes = ChangeLog.UsualBytes)
{
    private const int Usual = 10_000;
    private const long UsualBytes = 64 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly LoggedChange[] changes = new LoggedChange[most];

    /// <summary>Of agents that are ahead of the feed: what was told of them last.</summary>
    private readonly Dictionary<RecordKey, AgentEntry?> told = [];

    /// <summary>Of the changes ever added, those from first to before next are held, each at its number modulo the room.</summary>
    private long first;
    private long next;
    private long bytes;
    private RegistryPosition start = new(0, 0);
    private RegistryPosition end = new(0, 0);

    /// <summary>Begins anew: nothing is known of what came before.</summary>
    /// <param name="ahead">The newest revision that this node has taken in ahead of the feed: what it was before is not known.</param>
    public void Restart(RegistryPosition at, long ahead = 0)
    {
        lock (gate)
        {
            Array.Clear(changes);
            told.Clear();
            first = next;
            bytes = 0;
            start = at with { Revision = Math.Max(at.Revision, ahead) };
            end = at;
        }
    }

    /// <summary>An agent changes here before the feed tells of it.</summary>
    public void Ahead(RecordKey key, AgentEntry? before)
    {
        lock (gate)
        {
            told.TryAdd(key, before);
        }
    }

    /// <summary>The feed has come to a change.</summary>
    /// <param name="before">What the directory had until now.</param>
    /// <param name="after">What it has now, which may be newer than the change.</param>
    public void Add(RecordKey key, long revision, AgentEntry? before, AgentEntry? after)
    {
        lock (gate)
        {
            var known = told.Remove(key, out var last) ? last : before;
            if (after?.Record.Revision > revision)
            {
                told[key] = after;
            }

            if (ReferenceEquals(known, after))
            {
                return;
            }

            if (next - first == changes.Length)
            {
                DropFirst();
            }

            At(next) = new LoggedChange(revision, key.Tenant, key.Id, known, after);
            bytes += At(next++).Bytes;
            while (bytes > mostBytes && next - first > 1)
            {
                DropFirst();
            }
        }
    }

    /// <summary>The feed has come so far.</summary>
    public void Advance(long revision)
    {
        lock (gate)
        {
            end = end with { Revision = revision };
        }
    }

    /// <summary>Takes the changes after a position.</summary>
    /// <returns>Up to where; null where some of them are not known any more.</returns>
    public RegistryPosition? ReadAfter(RegistryPosition after, List<LoggedChange> into)
    {
        lock (gate)
        {
            if (after.History != end.History || after.Revision < start.Revision || after.Revision > end.Revision)
            {
                return null;
            }

            var low = first;
            for (var high = next; low < high;)
            {
                var middle = (low + high) / 2;
                (low, high) = At(middle).Revision <= after.Revision ? (middle + 1, high) : (low, middle);
            }

            for (; low < next; low++)
            {
                into.Add(At(low));
            }

            return end;
        }
    }

    private void DropFirst()
    {
        ref var oldest = ref At(first++);
        start = start with { Revision = Math.Max(start.Revision, oldest.Revision) };
        bytes -= oldest.Bytes;
        oldest = default;
    }

    private ref LoggedChange At(long number) => ref changes[number % changes.Length];
}
