namespace OrleansRegistry.Finding;

/// <summary>Finds agents in this node's directory.</summary>
internal sealed class AgentFinder(AgentDirectory directory) : IAgentFinder
{
    private readonly DirectoryQueries queries = new(directory);

    public ValueTask<AgentCount> CountAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(queries.Count(caller.Tenant, query ?? new AgentQuery()));

    public ValueTask<AgentFacets> GetFacetsAsync(
        Caller caller,
        AgentQuery? query,
        IReadOnlyList<AgentField> fields,
        int most = AgentFacets.UsualValues,
        CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(queries.Facets(caller.Tenant, query ?? new AgentQuery(), fields, most));
}
