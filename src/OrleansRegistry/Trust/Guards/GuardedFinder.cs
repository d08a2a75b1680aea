namespace OrleansRegistry.Trust;

/// <summary><see cref="IAgentFinder"/> for callers.</summary>
internal sealed class GuardedFinder(AgentFinder finder, Operations operations) : IAgentFinder
{
    public ValueTask<AgentCount> CountAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default) =>
        finder.CountAsync(Reading(caller), query, cancellationToken);

    public ValueTask<AgentFacets> GetFacetsAsync(
        Caller caller,
        AgentQuery? query,
        IReadOnlyList<AgentField> fields,
        int most = AgentFacets.UsualValues,
        CancellationToken cancellationToken = default) => finder.GetFacetsAsync(Reading(caller), query, fields, most, cancellationToken);

    public ValueTask<AgentLookup> GetManyAsync(Caller caller, IReadOnlyList<string> ids, CancellationToken cancellationToken = default) =>
        finder.GetManyAsync(Reading(caller), ids, cancellationToken);

    public ValueTask<AgentsFound> LookUpAsync(
        Caller caller, string url, int most = AgentsFound.Usual, CancellationToken cancellationToken = default) =>
        finder.LookUpAsync(Reading(caller), url, most, cancellationToken);

    public ValueTask<SimilarAgents> GetSimilarAsync(
        Caller caller, string id, AgentQuery? query = null, int most = SimilarAgents.Usual, CancellationToken cancellationToken = default) =>
        finder.GetSimilarAsync(Reading(caller), id, query, most, cancellationToken);

    public ValueTask<AgentCandidates> MatchAsync(Caller caller, AgentJob job, CancellationToken cancellationToken = default) =>
        finder.MatchAsync(Reading(caller), job, cancellationToken);

    private Caller Reading(Caller caller) => operations.Admit(AgentOperations.Read, caller);
}
