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

    /// <summary>Reads agents by their ids.</summary>
    /// <param name="ids">1 to <see cref="AgentLookup.MaxIds"/>.</param>
    ValueTask<AgentLookup> GetManyAsync(Caller caller, IReadOnlyList<string> ids, CancellationToken cancellationToken = default);

    /// <summary>
    /// Agents whose card names an interface with this URL, or was fetched from it. Case of scheme and host, a default port, a fragment and a slash at the
    /// end make no difference. Agents in any state are found. Looks at every agent.
    /// </summary>
    /// <param name="url">A URL, or <c>host:port</c> as gRPC interfaces have it.</param>
    /// <param name="most">How many agents, 1 to <see cref="AgentsFound.Max"/>.</param>
    ValueTask<AgentsFound> LookUpAsync(Caller caller, string url, int most = AgentsFound.Usual, CancellationToken cancellationToken = default);

    /// <summary>
    /// Agents that are like another one, among the 1,000 that have the most of its words. <see cref="RegistryError.NotFound"/> where there is no such agent.
    /// </summary>
    /// <param name="query">Filters and substring that they must match; null for none.</param>
    /// <param name="most">How many agents, 1 to <see cref="SimilarAgents.Max"/>.</param>
    ValueTask<SimilarAgents> GetSimilarAsync(
        Caller caller, string id, AgentQuery? query = null, int most = SimilarAgents.Usual, CancellationToken cancellationToken = default);

    /// <summary>
    /// The agents for a job. Where nothing is required, they have a word of the job or something that is preferred, if either is asked for. Looks at every
    /// agent that has what is required.
    /// </summary>
    ValueTask<AgentCandidates> MatchAsync(Caller caller, AgentJob job, CancellationToken cancellationToken = default);
}
