using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace OrleansRegistry.Trust.Grants;

/// <summary>All grants by the agents that they are for, in this process's memory, and what they allow.</summary>
internal sealed class GrantBook
{
    /// <summary>How often a grant can be handed on.</summary>
    public const int MaxDepth = 8;

    private static readonly ImmutableDictionary<string, AgentGrant> None = ImmutableDictionary.Create<string, AgentGrant>(StringComparer.Ordinal);

    private readonly TrustRecords records;
    private readonly AgentDirectory directory;
    private readonly TimeProvider time;
    private readonly Lock writing = new();
    private readonly ConcurrentDictionary<RecordKey, ImmutableDictionary<string, AgentGrant>> ofAgents = new();
    private readonly Dictionary<(string Tenant, string Id), string> agents = [];

    public GrantBook(TrustRecords records, AgentDirectory directory, [RegistryTime] TimeProvider time)
    {
        this.records = records;
        this.directory = directory;
        this.time = time;
        records.OnChange(Follow);
        foreach (var grant in records.All(GrantType.Type))
        {
            Follow(new TrustChange(GrantType.Type.Name, grant.Tenant, grant.Id));
        }
    }

    /// <summary>Those for an agent, whatever their states.</summary>
    public ICollection<AgentGrant> For(string tenant, string agentId) =>
        ofAgents.TryGetValue(new RecordKey(tenant, agentId), out var found) ? [.. found.Values] : [];

    /// <summary>Those of a tenant.</summary>
    public IEnumerable<AgentGrant> Of(string tenant) => ofAgents.Where(agent => agent.Key.Tenant == tenant).SelectMany(agent => agent.Value.Values);

    /// <summary>The grant of that id, as it is told of; null where there is none.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public AgentGrant? Find(string tenant, string id) =>
        records.Find(GrantType.Type, tenant, id) is { } record ? Told(GrantType.Of(record)) : null;

    /// <summary>A grant as it is by now.</summary>
    public AgentGrant Told(AgentGrant grant) =>
        grant.State is GrantState.Requested or GrantState.Active && grant.ExpiresAt <= time.GetUtcNow()
            ? grant with { State = GrantState.Expired }
            : grant;

    /// <summary>Whether the agent is there that a grant is for, and not another one of its id.</summary>
    public bool IsOfAgent(AgentGrant grant) => directory.Find(grant.Tenant, grant.AgentId)?.CreatedAt == grant.AgentSince;

    /// <summary>Whether a caller has some grant by which it sees the agent.</summary>
    public bool Shows(Caller caller, AgentRecord agent) => Allows(caller, agent, GrantAction.Read, [], asAgent: false);

    /// <summary>Whether a caller may do something with the agent by a grant.</summary>
    /// <param name="action">Whoever may send messages sees the agent too.</param>
    /// <param name="skills">All of which must be allowed; none, where the message names none; null: whatever skills it is for.</param>
    /// <param name="asAgent">Only grants to agents count.</param>
    public bool Allows(Caller caller, AgentRecord agent, string action, IReadOnlyList<string>? skills, bool asAgent)
    {
        if (!ofAgents.TryGetValue(new RecordKey(agent.Tenant, agent.Id), out var grants))
        {
            return false;
        }

        foreach (var grant in grants.Values)
        {
            if (grant.AgentSince == agent.CreatedAt && (!asAgent || grant.Grantee.AgentId is not null) && IsHeldBy(caller, grant)
                && Holds(grant, grants, out var chain) && chain.TrueForAll(link => GrantRules.Covers(link, action, skills)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a grant holds, and those that it is from.</summary>
    /// <param name="chain">The grant, and those.</param>
    public bool Holds(AgentGrant grant, out List<AgentGrant> chain) =>
        Holds(grant, ofAgents.GetValueOrDefault(new RecordKey(grant.Tenant, grant.AgentId), None), out chain);

    /// <summary>Whether the caller is who has the grant, or acts for the agent that has it.</summary>
    public bool IsHeldBy(Caller caller, AgentGrant grant)
    {
        if (grant.Grantee.AgentId is not { } agentId)
        {
            return grant.Grantee.Subject == caller.Subject;
        }

        return directory.Find(caller.Tenant, agentId) is { } agent && agent.CreatedAt == grant.GranteeSince && ActsFor(caller, agent);
    }

    /// <summary>Whether the caller acts for an agent: whose credential is for it, else its owner and the workers that it names.</summary>
    public static bool ActsFor(Caller caller, AgentRecord agent) => caller.Agents is { } bound
        ? bound.Contains(agent.Id, StringComparer.Ordinal)
        : agent.Owner == caller.Subject || agent.Workers.Contains(caller.Subject, StringComparer.Ordinal);

    private bool Holds(AgentGrant grant, ImmutableDictionary<string, AgentGrant> grants, out List<AgentGrant> chain)
    {
        chain = [];
        for (var link = grant; ;)
        {
            chain.Add(link);
            if (Told(link).State != GrantState.Active || link.AgentSince != grant.AgentSince || chain.Count > MaxDepth)
            {
                return false;
            }

            if (link.From is not { } from)
            {
                return true;
            }

            if (!grants.TryGetValue(from, out var parent) || !parent.Delegable)
            {
                return false;
            }

            link = parent;
        }
    }

    private void Follow(TrustChange change)
    {
        if (change.Type != GrantType.Type.Name)
        {
            return;
        }

        lock (writing)
        {
            AgentGrant? grant;
            try
            {
                grant = records.Find(GrantType.Type, change.Tenant, change.Id) is { } record ? GrantType.Of(record) : null;
            }
            catch (RegistryException)
            {
                // It was told of, and allows nothing.
                grant = null;
            }

            if (agents.Remove((change.Tenant, change.Id), out var before))
            {
                var key = new RecordKey(change.Tenant, before);
                var rest = ofAgents.GetValueOrDefault(key, None).Remove(change.Id);
                if (rest.IsEmpty)
                {
                    ofAgents.TryRemove(key, out _);
                }
                else if (grant is null)
                {
                    ofAgents[key] = rest;
                }
            }

            if (grant is not null)
            {
                var key = new RecordKey(change.Tenant, grant.AgentId);
                agents[(change.Tenant, change.Id)] = grant.AgentId;
                ofAgents[key] = ofAgents.GetValueOrDefault(key, None).SetItem(change.Id, grant);
            }
        }
    }
}
