using OrleansRegistry.Storage;

namespace OrleansRegistry.Directory;

/// <summary>A change of an agent, as the feed came to it.</summary>
/// <param name="Before">What was told of the agent before; null for nothing.</param>
/// <param name="After">Null where it is gone.</param>
internal readonly record struct LoggedChange(long Revision, string Tenant, string Id, AgentEntry? Before, AgentEntry? After);

/// <summary>
/// The newest changes of agents, in the order of their revisions, for those who watch. What this node wrote itself is in the directory ahead of the
/// feed: here it comes in its turn.
/// </summary>
internal sealed class ChangeLog(int most = ChangeLog.Usual)
{
    private const int Usual = 10_000;

    private readonly Lock gate = new();
    private readonly LoggedChange[] changes = new LoggedChange[most];

    /// <summary>Of agents that are ahead of the feed: what was told of them last.</summary>
    private readonly Dictionary<RecordKey, AgentEntry?> told = [];

    /// <summary>Of the changes ever added, those from first to before next are held, each at its number modulo the room.</summary>
    private long first;
    private long next;
    private RegistryPosition start = new(0, 0);
    private RegistryPosition end = new(0, 0);

    /// <summary>Begins anew: nothing is known of what came before.</summary>
    public void Restart(RegistryPosition at)
    {
        lock (gate)
        {
            Array.Clear(changes);
            told.Clear();
            first = next;
            (start, end) = (at, at);
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
                start = start with { Revision = At(first++).Revision };
            }

            At(next++) = new LoggedChange(revision, key.Tenant, key.Id, known, after);
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

    private ref LoggedChange At(long number) => ref changes[number % changes.Length];
}
