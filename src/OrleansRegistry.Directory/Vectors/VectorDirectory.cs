using System.Collections.Concurrent;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Directory;

/// <summary>
/// The vectors of all agents in this node's memory, and which agents wait for theirs. Reads may come from any number of threads and take no locks.
/// </summary>
/// <param name="agents">The agents that they are of.</param>
/// <param name="model">What makes vectors; null for nothing: then no agent waits.</param>
internal sealed class VectorDirectory(AgentDirectory agents, string? model)
{
    /// <summary>No vectors.</summary>
    public static TenantVectors Nothing { get; } = new();

    private readonly Lock writing = new();
    private volatile ConcurrentDictionary<string, TenantVectors> tenants = new(StringComparer.Ordinal);
    private volatile TaskCompletionSource work = NewSignal();

    /// <summary>What makes vectors; null for nothing.</summary>
    public string? Model => model;

    /// <summary>Whether what is stored was read.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Up to which revision of agents it is known which wait.</summary>
    public long SeenRevision { get; set; }

    /// <summary>The tenants that have agents with vectors, or that wait.</summary>
    public IEnumerable<string> Tenants => tenants.Keys;

    /// <summary>How many agents of all tenants wait.</summary>
    public long WaitingCount => tenants.Sum(tenant => (long)tenant.Value.WaitingCount);

    /// <summary>Completes once an agent waits that did not before.</summary>
    public Task Work => work.Task;

    /// <summary>How many numbers the vectors of the model have, as far as there are any; else 0.</summary>
    public int Dimensions { get; private set; }

    public TenantVectors Of(string tenant) => tenants.GetValueOrDefault(tenant) ?? Nothing;

    /// <summary>The vector that the tenant has of a text already; null where it has none.</summary>
    public float[]? Find(string tenant, TextHash text)
    {
        lock (writing)
        {
            return Of(tenant).Rows.Find(text);
        }
    }

    /// <summary>Takes in what is stored, unless it is older than what is here.</summary>
    public void Put(AgentVectors vectors)
    {
        lock (writing)
        {
            Of(tenants, vectors.Tenant).Put(Comparable(vectors));
            Look(tenants, vectors.Tenant, vectors.AgentId);
        }
    }

    public void Remove(RecordKey key, long version)
    {
        lock (writing)
        {
            Of(key.Tenant).Remove(key.Id, version);
            Look(tenants, key.Tenant, key.Id);
        }
    }

    /// <summary>Puts all that is stored in the place of what is here.</summary>
    public void Replace(IEnumerable<AgentVectors> all)
    {
        var fresh = new ConcurrentDictionary<string, TenantVectors>(StringComparer.Ordinal);
        foreach (var vectors in all)
        {
            Of(fresh, vectors.Tenant).Put(Comparable(vectors));
        }

        lock (writing)
        {
            tenants = fresh;
            IsLoaded = true;
        }

        LookAtAll();
    }

    /// <summary>Finds out whether an agent, which has changed, waits now.</summary>
    public void Look(RecordKey key)
    {
        lock (writing)
        {
            Look(tenants, key.Tenant, key.Id);
        }
    }

    /// <summary>The same of all agents.</summary>
    public void LookAtAll()
    {
        foreach (var (tenant, vectors) in tenants)
        {
            foreach (var id in vectors.Ids)
            {
                Look(new RecordKey(tenant, id));
            }
        }

        foreach (var agent in agents.All)
        {
            Look(new RecordKey(agent.Tenant, agent.Id));
        }
    }

    /// <summary>What is not compared with the vectors of now is known of, but has none.</summary>
    private AgentVectors Comparable(AgentVectors vectors)
    {
        if (vectors.Model != model)
        {
            return vectors with { Unknown = default, Vectors = [] };
        }

        Dimensions = vectors.Vectors.Count > 0 ? vectors.Vectors[0].Values.Length : Dimensions;
        return vectors with { Unknown = default };
    }

    private void Look(ConcurrentDictionary<string, TenantVectors> all, string tenant, string id)
    {
        var known = all.GetValueOrDefault(tenant);
        var vectors = known?.Find(id);
        var agent = agents.Find(tenant, id);
        var waits = IsLoaded && (agent is null ? vectors is not null : model is not null && vectors?.AreCurrent(agent, model) != true);
        if (waits)
        {
            Of(all, tenant).SetWaiting(id, true);
            var signal = work;
            work = NewSignal();
            signal.TrySetResult();
        }
        else
        {
            known?.SetWaiting(id, false);
        }
    }

    private static TenantVectors Of(ConcurrentDictionary<string, TenantVectors> all, string tenant) =>
        all.GetOrAdd(tenant, static _ => new TenantVectors());

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
