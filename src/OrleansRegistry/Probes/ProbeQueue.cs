using System.Diagnostics.CodeAnalysis;

namespace OrleansRegistry.Probes;

/// <summary>Whose turn comes when: what is due is found without a look at the others. Safe for concurrent use.</summary>
internal sealed class ProbeQueue
{
    /// <summary>So many entries that are no turns any more do not matter.</summary>
    private const int FewStale = 1_000;

    private readonly Lock gate = new();
    private readonly Dictionary<RecordKey, DateTimeOffset> turns = [];

    // With entries that are no turns any more, until their time comes or there are many.
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

    /// <summary>How many entries it keeps, those that are no turns any more included.</summary>
    public int Entries
    {
        get
        {
            lock (gate)
            {
                return order.Count;
            }
        }
    }

    /// <summary>When the first turn comes or came; null where there is none.</summary>
    public DateTimeOffset? First
    {
        get
        {
            lock (gate)
            {
                while (order.TryPeek(out var key, out var at))
                {
                    if (IsTurn(key, at))
                    {
                        return at;
                    }

                    order.Dequeue();
                }

                return null;
            }
        }
    }

    /// <summary>Gives an agent its turn, in place of the one that it had.</summary>
    public void Set(RecordKey key, DateTimeOffset at)
    {
        lock (gate)
        {
            Put(key, at);
        }
    }

    /// <summary>Gives an agent, whose turn was taken, its next one, unless it was given one since.</summary>
    public void SetNext(RecordKey key, DateTimeOffset at)
    {
        lock (gate)
        {
            if (!turns.ContainsKey(key))
            {
                Put(key, at);
            }
        }
    }

    public void Remove(RecordKey key)
    {
        lock (gate)
        {
            turns.Remove(key);
        }
    }

    /// <summary>Leaves turns to these agents alone; who had an earlier one keeps it.</summary>
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
                if (!turns.TryGetValue(key, out var had) || at < had)
                {
                    Put(key, at);
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
                if (IsTurn(first, at))
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

    private bool IsTurn(RecordKey key, DateTimeOffset at) => turns.TryGetValue(key, out var turn) && turn == at;

    private void Put(RecordKey key, DateTimeOffset at)
    {
        turns[key] = at;
        order.Enqueue(key, at);
        if (order.Count > FewStale + (turns.Count * 2))
        {
            order.Clear();
            order.EnqueueRange(turns.Select(turn => (turn.Key, turn.Value)));
        }
    }
}
