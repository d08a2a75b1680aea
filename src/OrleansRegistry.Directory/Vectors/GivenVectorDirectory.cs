using System.Collections.Concurrent;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Directory;

/// <summary>What vectors must have in common to be compared.</summary>
internal readonly record struct VectorSpace(string Model, int Dimensions);

/// <summary>
/// The vectors that agents were given, in this node's memory: those that the agents' records name, in the directory of agents. Which are not here yet,
/// waits. Reads may come from any number of threads and take no locks.
/// </summary>
internal sealed class GivenVectorDirectory(AgentDirectory agents)
{
    private readonly Lock writing = new();
    private readonly ConcurrentDictionary<RecordKey, AgentVectorInfo> waiting = new();
    private readonly ConcurrentDictionary<RecordKey, AgentVectorInfo> missing = new();
    private volatile ConcurrentDictionary<string, TenantGiven> tenants = new(StringComparer.Ordinal);
    private volatile TaskCompletionSource work = NewSignal();

    /// <summary>Agents whose vectors are to be read.</summary>
    public IEnumerable<KeyValuePair<RecordKey, AgentVectorInfo>> Waiting => waiting;

    /// <summary>Completes once an agent waits that did not before.</summary>
    public Task Work => work.Task;

    /// <summary>The vectors of a tenant that can be compared with a query's; null where there are none.</summary>
    public TenantVectors? Of(string tenant, VectorSpace space) => tenants.GetValueOrDefault(tenant)?.Spaces.GetValueOrDefault(space);

    /// <summary>All vectors of a tenant.</summary>
    public IEnumerable<KeyValuePair<VectorSpace, TenantVectors>> Of(string tenant) => tenants.GetValueOrDefault(tenant)?.Spaces ?? [];

    /// <summary>Those of all tenants.</summary>
    public IEnumerable<(string Tenant, TenantVectors Vectors)> All => tenants.SelectMany(
        tenant => tenant.Value.Spaces.Values, (tenant, vectors) => (tenant.Key, vectors));

    /// <summary>The agents of the tenant that wait, without those whose vectors were looked for in vain for long.</summary>
    public IEnumerable<string> WaitingOf(string tenant) => waiting
        .Where(agent => agent.Key.Tenant == tenant && missing.GetValueOrDefault(agent.Key) != agent.Value).Select(agent => agent.Key.Id);

    /// <summary>The vectors of an agent that waits were looked for in vain for long: they are still looked for, and it has none until they come.</summary>
    public void Miss(RecordKey key, AgentVectorInfo of)
    {
        lock (writing)
        {
            if (waiting.GetValueOrDefault(key) == of)
            {
                missing[key] = of;
                tenants.GetValueOrDefault(key.Tenant)?.Remove(key.Id);
            }
        }
    }

    /// <summary>Takes in vectors, where the agent's record names them.</summary>
    public void Put(AgentVectors vectors)
    {
        lock (writing)
        {
            if (agents.Find(vectors.Tenant, vectors.AgentId) is { } agent && AreOf(agent, vectors))
            {
                Set(tenants, vectors);
                Leave(new RecordKey(vectors.Tenant, vectors.AgentId));
            }
        }
    }

    /// <summary>Puts all that is stored in the place of what is here.</summary>
    /// <returns>What no agent's record names.</returns>
    public IReadOnlyList<AgentVectors> Replace(IEnumerable<AgentVectors> all)
    {
        var fresh = new ConcurrentDictionary<string, TenantGiven>(StringComparer.Ordinal);
        var orphans = new List<AgentVectors>();
        foreach (var vectors in all)
        {
            if (agents.Find(vectors.Tenant, vectors.AgentId) is { } agent && AreOf(agent, vectors))
            {
                Set(fresh, vectors);
            }
            else
            {
                orphans.Add(vectors);
            }
        }

        lock (writing)
        {
            tenants = fresh;
        }

        LookAtAll();
        return orphans;
    }

    /// <summary>Finds out whether an agent, which has changed, waits now.</summary>
    public void Look(RecordKey key)
    {
        lock (writing)
        {
            var known = tenants.GetValueOrDefault(key.Tenant)?.Find(key.Id);
            var agent = agents.Find(key.Tenant, key.Id);
            var isKnown = known is not null && agent is not null && AreOf(agent, known);

            // Others that it was given count until their successors are read.
            if (known is not null && !isKnown && (agent?.Vectors is null || agent.CreatedAt != known.AgentCreatedAt))
            {
                tenants[key.Tenant].Remove(key.Id);
            }

            if (!isKnown && agent?.Vectors is { } given)
            {
                waiting[key] = given;
                var signal = work;
                work = NewSignal();
                signal.TrySetResult();
            }
            else
            {
                Leave(key);
            }
        }
    }

    /// <summary>The same of all agents.</summary>
    public void LookAtAll()
    {
        foreach (var (tenant, given) in tenants)
        {
            foreach (var id in given.Ids)
            {
                Look(new RecordKey(tenant, id));
            }
        }

        foreach (var key in waiting.Keys)
        {
            Look(key);
        }

        foreach (var agent in agents.All)
        {
            if (agent.Vectors is not null)
            {
                Look(new RecordKey(agent.Tenant, agent.Id));
            }
        }
    }

    /// <summary>The agent waits no more.</summary>
    private void Leave(RecordKey key)
    {
        waiting.TryRemove(key, out _);
        missing.TryRemove(key, out _);
    }

    private static bool AreOf(AgentRecord agent, AgentVectors vectors) => agent.CreatedAt == vectors.AgentCreatedAt
        && agent.Vectors is { } given && given.Number == vectors.Version && given.WrittenAt == vectors.WrittenAt;

    private static void Set(ConcurrentDictionary<string, TenantGiven> all, AgentVectors vectors) =>
        all.GetOrAdd(vectors.Tenant, static _ => new TenantGiven()).Put(vectors);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One tenant's. Written by one thread at a time.</summary>
    private sealed class TenantGiven
    {
        private readonly ConcurrentDictionary<string, VectorSpace> agents = new(concurrencyLevel: 1, capacity: 31, StringComparer.Ordinal);

        public ConcurrentDictionary<VectorSpace, TenantVectors> Spaces { get; } = new(concurrencyLevel: 1, capacity: 1);

        public IEnumerable<string> Ids => agents.Keys;

        public AgentVectors? Find(string id) => agents.TryGetValue(id, out var space) ? Spaces.GetValueOrDefault(space)?.Find(id) : null;

        public void Put(AgentVectors vectors)
        {
            var space = new VectorSpace(vectors.Model, vectors.Vectors[0].Values.Length);
            var isElsewhere = agents.TryGetValue(vectors.AgentId, out var before) && before != space;
            var had = Find(vectors.AgentId);
            if (had == vectors with { Vectors = had?.Vectors ?? [] })
            {
                return;
            }

            // What an import put back has an older number.
            if (had?.AgentCreatedAt != vectors.AgentCreatedAt || had.Version >= vectors.Version)
            {
                Remove(vectors.AgentId);
                isElsewhere = false;
            }

            // Searches meanwhile find the agent by what it had, or by what it has: rows that it keeps stay.
            Spaces.GetOrAdd(space, static _ => new TenantVectors()).Put(vectors);
            agents[vectors.AgentId] = space;
            if (isElsewhere)
            {
                Remove(before, vectors.AgentId);
            }
        }

        public void Remove(string id)
        {
            if (agents.TryRemove(id, out var space))
            {
                Remove(space, id);
            }
        }

        private void Remove(VectorSpace space, string id)
        {
            if (!Spaces.TryGetValue(space, out var vectors))
            {
                return;
            }

            vectors.Remove(id, long.MaxValue);
            if (vectors.Count == 0)
            {
                Spaces.TryRemove(space, out _);
            }
        }
    }
}
