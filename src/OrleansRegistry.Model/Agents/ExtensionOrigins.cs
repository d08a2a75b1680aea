namespace OrleansRegistry.Model;

/// <summary>Makes the list of <see cref="ExtensionOrigin"/> that is stored with an agent.</summary>
public static class ExtensionOrigins
{
    /// <summary>For each extension of <paramref name="card"/>: its known origin, else that this agent brings it now.</summary>
    public static IReadOnlyList<ExtensionOrigin> For(AgentCard card, string agentId, DateTimeOffset now, IReadOnlyList<ExtensionOrigin> known) =>
        card.Extensions.Count == 0
            ? []
            : [.. card.Extensions.Select(declared => known.FirstOrDefault(origin => origin.Uri == declared.Uri) ?? new ExtensionOrigin(declared.Uri, agentId, now))];
}
