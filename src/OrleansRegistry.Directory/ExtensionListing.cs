namespace OrleansRegistry.Directory;

/// <summary>Answers questions about extensions from one tenant's index.</summary>
internal static class ExtensionListing
{
    private const long MaxPageBytes = 16 * 1024 * 1024;

    /// <param name="levelOf">How far an extension is trusted, by its URI.</param>
    public static ExtensionPage Run(TenantIndex index, ExtensionQuery query, Func<string, string> levelOf, AgentViewer viewer)
    {
        PageLimit.Extensions.Check(query.PageSize);
        AgentQuery.CheckValues(query.DeclaringAgents, "declaring_agents");
        AgentQuery.CheckValues(query.TrustLevels, "trust_levels");
        var binding = string.Join('\u0001', ["extensions", query.UriPattern, "\u0002", .. query.DeclaringAgents, "\u0002", .. query.TrustLevels]);
        var after = PageToken.Read(query.PageToken, binding);
        var matches = Matching(index, query, levelOf, viewer).Order(StringComparer.Ordinal).ToList();
        var rest = after is null ? matches : matches.SkipWhile(uri => string.CompareOrdinal(uri, after) <= 0).ToList();
        var page = new List<ExtensionInfo>();
        var bytes = 0L;
        var seen = 0;
        for (; seen < rest.Count && seen < query.PageSize; seen++)
        {
            if (Find(index, rest[seen], levelOf, viewer) is not { } extension)
            {
                continue;
            }

            bytes += extension.Params.Length + extension.Description.Length + extension.Uri.Length
                + extension.DeclaringAgents.Sum(agent => (long)agent.Length);
            if (page.Count > 0 && bytes > MaxPageBytes)
            {
                break;
            }

            page.Add(extension);
        }

        return new ExtensionPage(page, matches.Count, seen < rest.Count ? PageToken.Make(rest[seen - 1], binding) : null);
    }

    /// <inheritdoc cref="Run"/>
    public static ExtensionInfo? Find(TenantIndex index, string uri, Func<string, string> levelOf, AgentViewer viewer)
    {
        if (index.Extensions.Find(uri) is not var (slots, origin))
        {
            return null;
        }

        var declaring = new List<string>();
        var count = 0;
        DeclaredExtension? first = null;

        // Of agents that are not seen, not even that they were the first is told.
        var isTold = index.Find(origin.AgentId) is not { } original || viewer.Sees(original.Record);
        (AgentRecord Agent, DeclaredExtension Declared)? oldest = null;
        foreach (var slot in slots.After(null))
        {
            if (slot.Entry is { } entry && viewer.Sees(entry.Record) && entry.Extension(uri) is { } declared)
            {
                oldest = oldest?.Agent.CreatedAt <= entry.Record.CreatedAt ? oldest : (entry.Record, declared);
                if (++count <= ExtensionInfo.MaxDeclaringAgents)
                {
                    declaring.Add(slot.Id);
                }

                first = first is null || slot.Id == origin.AgentId ? declared : first;
            }
        }

        first = isTold ? first : oldest?.Declared;
        return first is null
            ? null
            : new ExtensionInfo(
                uri,
                first.Description ?? "",
                first.Required,
                first.Params,
                isTold ? origin.AgentId : oldest!.Value.Agent.Id,
                isTold ? origin.At : oldest!.Value.Agent.CreatedAt,
                levelOf(uri),
                declaring,
                count);
    }

    private static IEnumerable<string> Matching(TenantIndex index, ExtensionQuery query, Func<string, string> levelOf, AgentViewer viewer)
    {
        var uris = query.DeclaringAgents.Count == 0
            ? index.Extensions.Uris.Where(uri => IsSeen(index, uri, viewer))
            : query.DeclaringAgents.Distinct().Select(index.Find).OfType<AgentEntry>().Where(entry => viewer.Sees(entry.Record))
                .SelectMany(entry => entry.Extensions).Select(extension => extension.Uri).Distinct();
        if (query.TrustLevels.Count > 0)
        {
            uris = uris.Where(uri => query.TrustLevels.Contains(levelOf(uri)));
        }

        if (string.IsNullOrEmpty(query.UriPattern))
        {
            return uris;
        }

        var pattern = SearchText.Fold(query.UriPattern);
        return uris.Where(uri => SearchText.Fold(uri).Contains(pattern, StringComparison.Ordinal));
    }

    /// <summary>Whether an agent declares it that the viewer sees.</summary>
    public static bool IsSeen(TenantIndex index, string uri, AgentViewer viewer) => index.Extensions.Find(uri) is { } known
        && (viewer.SeesAll || !index.HasNamed
            || known.Slots.After(null).Any(slot => slot.Entry is { } entry && viewer.Sees(entry.Record)));
}
