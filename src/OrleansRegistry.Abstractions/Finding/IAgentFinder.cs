namespace OrleansRegistry;

/// <summary>
/// Finds agents for a purpose, and counts them, in this node's memory. Members throw <see cref="RegistryException"/> with
/// <see cref="RegistryError.Invalid"/> for a query that is none.
/// </summary>
public interface IAgentFinder
{
    /// <summary>How many agents a query finds. Its order and page have no part in it; with <see cref="AgentQuery.Words"/>, those that have one of them.</summary>
    /// <param name="query">Null for all agents.</param>
    ValueTask<AgentCount> CountAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>The values that the agents of a query have, and how many have each. Looks at every agent that the query finds.</summary>
    /// <param name="query">As of <see cref="CountAsync"/>.</param>
    /// <param name="fields">1 or more, each once.</param>
    /// <param name="most">How many values of each field, 1 to <see cref="AgentFacets.MaxValues"/>.</param>
    ValueTask<AgentFacets> GetFacetsAsync(
        Caller caller,
        AgentQuery? query,
        IReadOnlyList<AgentField> fields,
        int most = AgentFacets.UsualValues,
        CancellationToken cancellationToken = default);
}
