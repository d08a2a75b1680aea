namespace OrleansRegistry.Directory;

/// <content>What the directory answers.</content>
public sealed partial class AgentDirectory
{
    /// <summary>As <see cref="IAgentRegistry.WatchAsync"/>.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the query ranks, is paged, or has a filter with too many values.</exception>
    internal IAsyncEnumerable<AgentEvent> WatchAsync(
        AgentViewer viewer, AgentQuery query, long? after, TimeProvider time, CancellationToken cancellationToken)
    {
        AgentWatch.Check(query);
        return new AgentWatch(log, gate, viewer, query, time).RunAsync(after, () => AllOf(viewer, query), cancellationToken);
    }

    /// <summary>All agents of a query, page by page: whoever reads them slowly holds none but a page.</summary>
    private IEnumerable<AgentRecord> AllOf(AgentViewer viewer, AgentQuery query)
    {
        query = query with { PageSize = PageLimit.Agents.Max };
        do
        {
            var page = List(viewer, query);
            foreach (var agent in page.Agents)
            {
                yield return agent;
            }

            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null);
    }

    public AgentPage List(AgentViewer viewer, AgentQuery query) => List(viewer, query, meaning: null);

    /// <param name="meaning">What a ranked search goes by beside words; null for nothing.</param>
    internal AgentPage List(AgentViewer viewer, AgentQuery query, MeaningQuery? meaning) =>
        AgentListing.Run(Of(viewer.Tenant), query, Revision, Activities, meaning, viewer);

    /// <summary>The agent with what is known of its tasks, and what other records say of it.</summary>
    internal AgentRecord Shown(AgentRecord agent) => Activities.Shown(Judged(agent));

    /// <summary>The page with the same of its agents.</summary>
    internal AgentPage Shown(AgentPage page)
    {
        AgentRecord[]? shown = null;
        for (var i = 0; i < page.Agents.Count; i++)
        {
            var agent = Shown(page.Agents[i]);
            if (!ReferenceEquals(agent, page.Agents[i]))
            {
                shown ??= [.. page.Agents];
                shown[i] = agent;
            }
        }

        return shown is null ? page : page with { Agents = shown };
    }

    /// <summary>The agent with what other records say of it.</summary>
    internal AgentRecord Judged(AgentRecord agent)
    {
        var entry = Of(agent.Tenant).Find(agent.Id);
        return ReferenceEquals(entry?.Record, agent) ? entry!.Judged()
            : Verdicts.Judge(agent, entry is not null && entry.Record.Card == agent.Card ? entry.Hosts : HostsOf(agent.Card));
    }

    private static IReadOnlyList<string> HostsOf(RawJson card)
    {
        try
        {
            return AgentCard.Read(card).Hosts;
        }
        catch (RegistryException)
        {
            // An earlier version took it.
            return [];
        }
    }

    public IReadOnlyList<FacetCount> Tags(AgentViewer viewer) => Values(viewer, Facets.Tags, AgentField.Tag);

    public IReadOnlyList<FacetCount> Categories(AgentViewer viewer) => Values(viewer, Facets.Categories, AgentField.Category);

    public AgentStats Stats(AgentViewer viewer)
    {
        var index = Of(viewer.Tenant);
        return SeenBy(viewer, () => AgentCounts.Of(index, Revision), seen => AgentCounts.Of(seen, Revision));
    }

    public ExtensionPage ListExtensions(AgentViewer viewer, ExtensionQuery query) =>
        ExtensionListing.Run(Of(viewer.Tenant), query, uri => Verdicts.LevelOf(viewer.Tenant, uri, policy), viewer);

    public ExtensionInfo? FindExtension(AgentViewer viewer, string uri) =>
        ExtensionListing.Find(Of(viewer.Tenant), uri, uri => Verdicts.LevelOf(viewer.Tenant, uri, policy), viewer);

    /// <summary>The extensions that the agent declares, in the order of their uris; null where there is no such agent.</summary>
    public IReadOnlyList<ExtensionInfo>? ExtensionsOf(AgentViewer viewer, string id)
    {
        var index = Of(viewer.Tenant);
        return index.Find(id) is { } entry && viewer.Sees(entry.Record)
            ? entry.Extensions
                .Select(declared => ExtensionListing.Find(index, declared.Uri, uri => Verdicts.LevelOf(viewer.Tenant, uri, policy), viewer))
                .OfType<ExtensionInfo>()
                .OrderBy(extension => extension.Uri, StringComparer.Ordinal)
                .ToList()
            : null;
    }

    /// <summary>The uris of the listed extensions that the agent declares; none where there is no such agent.</summary>
    public IReadOnlyList<string> ExtensionUrisOf(string tenant, string id) =>
        Of(tenant).Find(id) is { Extensions.Count: > 0 } entry ? [.. entry.Extensions.Select(declared => declared.Uri)] : [];

    /// <summary>How many of these extensions are declared by an agent that the viewer sees.</summary>
    internal int CountDeclared(AgentViewer viewer, IReadOnlyList<string> uris) => uris.Count(
        uri => ExtensionListing.IsSeen(Of(viewer.Tenant), uri, viewer));

    /// <summary>What is known of where these extensions came from; those that nobody declares are left out.</summary>
    public IReadOnlyList<ExtensionOrigin> OriginsOf(string tenant, IEnumerable<string> uris)
    {
        var extensions = Of(tenant).Extensions;
        return [.. uris.Select(extensions.Find).Where(found => found is not null).Select(found => found!.Value.Origin)];
    }

    private IReadOnlyList<FacetCount> Values(AgentViewer viewer, FacetKind facet, AgentField field) => SeenBy(
        viewer, () => Of(viewer.Tenant).Of(facet).Counts(), seen => AgentCounts.Of(seen, field));

    /// <summary>What indexes tell of all agents, where the viewer sees all of them; else what is found out from those that it sees.</summary>
    private T SeenBy<T>(AgentViewer viewer, Func<T> ofAll, Func<IEnumerable<AgentEntry>, T> ofSeen)
    {
        var index = Of(viewer.Tenant);
        if (viewer.SeesAll || !index.HasNamed)
        {
            // One may have come meanwhile, and be told of in this.
            var all = ofAll();
            if (viewer.SeesAll || !index.HasNamed)
            {
                return all;
            }
        }

        return ofSeen(index.All.After(null).Select(slot => slot.Entry).OfType<AgentEntry>().Where(entry => viewer.Sees(entry.Record)));
    }
}
