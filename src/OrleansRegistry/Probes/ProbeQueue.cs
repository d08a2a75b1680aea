using System.Diagnostics.CodeAnalysis;

namespace OrleansRegistry.Probes;

/// <summary>Whose turn comes when: what is due is found without a look at the others. Safe for concurrent use.</summary>
internal sealed class ProbeQueue
{
    private readonly Lock gate = new();
    private readonly Dictionary<RecordKey, DateTimeOffset> turns = [];

    // With entries that are no turns any more, until their time comes.
    private readonly PriorityQueue<RecordKey, DateTimeOffset> order = new();

    public int Count
    {
        get
        {
            lock (gate)
            {
                return turns.Count;
            }
        }
    }

    /// <summary>Gives an agent its turn, in place of the one that it had.</summary>
    public void Set(RecordKey key, DateTimeOffset at)
    {
        lock (gate)
        {
            turns[key] = at;
            order.Enqueue(key, at);
        }
    }

    public void Remove(RecordKey key)
    {
        lock (gate)
        {
            turns.Remove(key);
        }
    }

    /// <summary>Leaves turns to these agents alone; who had one keeps it.</summary>
    public void Replace(IReadOnlyDictionary<RecordKey, DateTimeOffset> all)
    {
        lock (gate)
        {
            foreach (var key in turns.Keys)
            {
                if (!all.ContainsKey(key))
                {
                    turns.Remove(key);
                }
            }

            foreach (var (key, at) in all)
            {
                if (turns.TryAdd(key, at))
                {
                    order.Enqueue(key, at);
                }
            }
        }
    }

    /// <summary>Takes the agent whose turn came first, if it has come; it has none then.</summary>
    public bool TryTake(DateTimeOffset now, [NotNullWhen(true)] out RecordKey? key)
    {
        lock (gate)
        {
            while (order.TryPeek(out var first, out var at) && at <= now)
            {
                order.Dequeue();
                if (turns.TryGetValue(first, out var turn) && turn == at)
                {
                    turns.Remove(first);
                    key = first;
                    return true;
                }
            }
        }

        key = null;
        return false;
    }
}
