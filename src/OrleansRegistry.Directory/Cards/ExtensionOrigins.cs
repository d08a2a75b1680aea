namespace OrleansRegistry.Directory;

/// <summary>Makes the list of <see cref="ExtensionOrigin"/> that is stored with an agent.</summary>
internal static class ExtensionOrigins
{
    /// <summary>For each extension of <paramref name="card"/>: its known origin, else that this agent brings it now.</summary>
    public static IReadOnlyList<ExtensionOrigin> For(AgentCard card, string agentId, DateTimeOffset now, IReadOnlyList<ExtensionOrigin> known)
    {
        if (card.Extensions.Count == 0)
        {
            return [];
        }

        var byUri = ByUri(known);
        return [.. card.Extensions.Select(declared => byUri.GetValueOrDefault(declared.Uri) ?? new ExtensionOrigin(declared.Uri, agentId, now))];
    }

    /// <summary>
    /// The same extensions as in <paramref name="origins"/>, those that <paramref name="before"/> has too with the origin that it has.
    /// </summary>
    public static IReadOnlyList<ExtensionOrigin> Keep(IReadOnlyList<ExtensionOrigin> origins, IReadOnlyList<ExtensionOrigin> before)
    {
        if (origins.Count == 0 || before.Count == 0)
        {
            return origins;
        }

        var byUri = ByUri(before);
        return [.. origins.Select(origin => byUri.GetValueOrDefault(origin.Uri) ?? origin)];
    }

    private static Dictionary<string, ExtensionOrigin> ByUri(IReadOnlyList<ExtensionOrigin> origins)
    {
        var byUri = new Dictionary<string, ExtensionOrigin>(origins.Count, StringComparer.Ordinal);
        foreach (var origin in origins)
        {
            byUri.TryAdd(origin.Uri, origin);
        }

        return byUri;
    }
}
