namespace OrleansRegistry.Finding;

/// <summary>Finds agents in this node's directory.</summary>
internal sealed class AgentFinder(AgentDirectory directory, AgentMeaning meanings, AgentSight sight) : IAgentFinder
{
    private readonly DirectoryQueries queries = new(directory);

    public ValueTask<AgentCount> CountAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(queries.Count(sight.Of(caller), query ?? new AgentQuery()));

    public ValueTask<AgentFacets> GetFacetsAsync(
        Caller caller,
        AgentQuery? query,
        IReadOnlyList<AgentField> fields,
        int most = AgentFacets.UsualValues,
        CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(queries.Facets(sight.Of(caller), query ?? new AgentQuery(), fields, most));

    public ValueTask<AgentLookup> GetManyAsync(Caller caller, IReadOnlyList<string> ids, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(queries.Many(sight.Of(caller), ids));

    public ValueTask<AgentsFound> LookUpAsync(
        Caller caller, string url, int most = AgentsFound.Usual, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(queries.ByUrl(sight.Of(caller), url, most));

    public ValueTask<SimilarAgents> GetSimilarAsync(
        Caller caller, string id, AgentQuery? query = null, int most = SimilarAgents.Usual, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(queries.Similar(sight.Of(caller), id, query ?? new AgentQuery(), most, meanings.OfAgent));

    public async ValueTask<AgentCandidates> MatchAsync(Caller caller, AgentJob job, CancellationToken cancellationToken = default) =>
        queries.Match(sight.Of(caller), job, await meanings.OfJobAsync(caller.Tenant, job, cancellationToken), cancellationToken);
}
