namespace OrleansRegistry.Directory;

/// <content>What the directory answers.</content>
public sealed partial class AgentDirectory
{
    /// <summary>As <see cref="IAgentRegistry.WatchAsync"/>.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the query ranks, is paged, or has a filter with too many values.</exception>
    internal IAsyncEnumerable<AgentEvent> WatchAsync(
        string tenant, AgentQuery query, long? after, TimeProvider time, CancellationToken cancellationToken)
    {
        AgentWatch.Check(query);
        return new AgentWatch(log, gate, tenant, query, time).RunAsync(after, () => AllOf(tenant, query), cancellationToken);
    }

    /// <summary>All agents of a query, page by page: whoever reads them slowly holds none but a page.</summary>
    private IEnumerable<AgentRecord> AllOf(string tenant, AgentQuery query)
    {
        query = query with { PageSize = PageLimit.Agents.Max };
        do
        {
            var page = List(tenant, query);
            foreach (var agent in page.Agents)
            {
                yield return agent;
            }

            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null);
    }

    public AgentPage List(string tenant, AgentQuery query) => List(tenant, query, meaning: null);

    /// <param name="meaning">What a ranked search goes by beside words; null for nothing.</param>
    internal AgentPage List(string tenant, AgentQuery query, MeaningQuery? meaning) =>
        AgentListing.Run(Of(tenant), query, Revision, Activities, meaning);

    public IReadOnlyList<FacetCount> Tags(string tenant) => Of(tenant).Of(Facets.Tags).Counts();

    public IReadOnlyList<FacetCount> Categories(string tenant) => Of(tenant).Of(Facets.Categories).Counts();

    public AgentStats Stats(string tenant)
    {
        var index = Of(tenant);
        var enabled = index.EnabledCount;
        var total = Math.Max(index.Count, enabled);
        return new AgentStats(
            total,
            enabled,
            total - enabled,
            index.Of(Facets.Tags).Count,
            index.Of(Facets.Categories).Count,
            index.Of(Facets.Skills).Count,
            index.Extensions.Count,
            Revision)
        {
            Healthy = index.CountOf(AgentHealth.Healthy),
            Unhealthy = index.CountOf(AgentHealth.Unhealthy),
            Expired = index.CountOf(AgentHealth.Expired),
        };
    }

    public ExtensionPage ListExtensions(string tenant, ExtensionQuery query) => ExtensionListing.Run(Of(tenant), query, policy);

    public ExtensionInfo? FindExtension(string tenant, string uri) => ExtensionListing.Find(Of(tenant), uri, policy);

    /// <summary>The extensions that the agent declares, in the order of their uris; null where there is no such agent.</summary>
    public IReadOnlyList<ExtensionInfo>? ExtensionsOf(string tenant, string id)
    {
        var index = Of(tenant);
        return index.Find(id)?.Extensions
            .Select(declared => ExtensionListing.Find(index, declared.Uri, policy))
            .OfType<ExtensionInfo>()
            .OrderBy(extension => extension.Uri, StringComparer.Ordinal)
            .ToList();
    }

    /// <summary>The uris of the listed extensions that the agent declares; none where there is no such agent.</summary>
    public IReadOnlyList<string> ExtensionUrisOf(string tenant, string id) =>
        Of(tenant).Find(id) is { Extensions.Count: > 0 } entry ? [.. entry.Extensions.Select(declared => declared.Uri)] : [];

    /// <summary>What is known of where these extensions came from; those that nobody declares are left out.</summary>
    public IReadOnlyList<ExtensionOrigin> OriginsOf(string tenant, IEnumerable<string> uris)
    {
        var extensions = Of(tenant).Extensions;
        return [.. uris.Select(extensions.Find).Where(found => found is not null).Select(found => found!.Value.Origin)];
    }
}
