using System.Collections.Concurrent;

namespace OrleansRegistry.Directory;

/// <summary>The vectors of one tenant's agents, and which agents wait for theirs. Written by one thread at a time; read by any number, without locks.</summary>
internal sealed class TenantVectors
{
    private const int FewGone = 1_000;

    private readonly ConcurrentDictionary<string, IndexedVectors> agents = new(concurrencyLevel: 1, capacity: 31, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> waiting = new(concurrencyLevel: 1, capacity: 1, StringComparer.Ordinal);
    private volatile VectorRows now = new();

    public VectorRows Rows => now;

    /// <summary>How many agents have vectors.</summary>
    public int Count => agents.Count;

    /// <summary>How many of them have more than none.</summary>
    public int EmbeddedCount { get; private set; }

    /// <summary>How many vectors these have.</summary>
    public int VectorCount { get; private set; }

    /// <summary>How many agents wait to be embedded, or their vectors to be removed.</summary>
    public int WaitingCount => waiting.Count;

    /// <summary>Which do.</summary>
    public IEnumerable<string> Waiting => waiting.Keys;

    /// <summary>The agents that have vectors.</summary>
    public IEnumerable<string> Ids => agents.Keys;

    public AgentVectors? Find(string id) => Indexed(id)?.Of;

    /// <summary>The same with the numbers of the vectors.</summary>
    public IndexedVectors? Indexed(string id) => agents.GetValueOrDefault(id);

    public void Put(AgentVectors vectors)
    {
        var had = agents.GetValueOrDefault(vectors.AgentId);
        if (had is not null && had.Of.Version >= vectors.Version)
        {
            return;
        }

        Tally(had, -1);
        Tally(agents[vectors.AgentId] = now.Put(vectors, had), 1);
        Compact();
    }

    public void Remove(string id, long version)
    {
        if (agents.TryGetValue(id, out var had) && had.Of.Version < version)
        {
            agents.TryRemove(id, out _);
            Tally(had, -1);
            now.Remove(had);
            Compact();
        }
    }

    public void SetWaiting(string id, bool isWaiting)
    {
        if (isWaiting)
        {
            waiting[id] = 0;
        }
        else
        {
            waiting.TryRemove(id, out _);
        }
    }

    private void Tally(IndexedVectors? agent, int sign)
    {
        EmbeddedCount += agent is { Of.Vectors.Count: > 0 } ? sign : 0;
        VectorCount += sign * (agent?.Of.Vectors.Count ?? 0);
    }

    /// <summary>Numbers the vectors anew once half of them are gone.</summary>
    private void Compact()
    {
        if (now.Gone > FewGone && now.Gone > now.Count / 2)
        {
            var fresh = new VectorRows();
            foreach (var (id, agent) in agents)
            {
                agents[id] = fresh.Put(agent.Of, null);
            }

            now = fresh;
        }
    }
}
