namespace OrleansRegistry;

/// <summary>The agents of all tenants that their owners made public. They are read here, and nothing else: a public agent takes no tasks of other tenants.</summary>
public interface IPublicAgents
{
    /// <summary>Public agents, in the order of their tenants and ids.</summary>
    /// <param name="query">As of <see cref="IAgentRegistry.ListAsync"/>, without words, a vector or an order: these rank within a tenant. The page has
    /// 100 agents unless it says how many.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the query. <see cref="RegistryError.Forbidden"/>: the caller's roles do
    /// not let it read agents.</exception>
    ValueTask<PublicAgentPage> ListAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>One of them; null where there is none, or it is not public.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the tenant or the id. <see cref="RegistryError.Forbidden"/>: as of
    /// lists.</exception>
    ValueTask<PublicAgent?> GetAsync(Caller caller, string tenant, string id, CancellationToken cancellationToken = default);
}

/// <summary>What other tenants are told of an agent: no owner, workers or revision.</summary>
/// <param name="Tenant">The tenant that it belongs to.</param>
/// <param name="Id">Unique within that.</param>
/// <param name="Card">The A2A agent card, byte for byte.</param>
/// <param name="Enabled">Whether it is enabled.</param>
/// <param name="LifeCycle">How far it is in its life.</param>
/// <param name="UpdatedAt">When it was last changed, in UTC, to the millisecond.</param>
public sealed record PublicAgent(string Tenant, string Id, RawJson Card, bool Enabled, AgentLifeCycle LifeCycle, DateTimeOffset UpdatedAt);

/// <summary>A page of them.</summary>
/// <param name="Agents">In the order of their tenants and ids.</param>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record PublicAgentPage(IReadOnlyList<PublicAgent> Agents, string? NextPageToken)
{
    /// <summary>How many agents a page has unless a query says.</summary>
    public const int UsualSize = 100;
}
