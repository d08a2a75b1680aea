namespace OrleansRegistry.Directory;

/// <summary>One index of agents by values of their cards.</summary>
/// <param name="Number">Its place in <see cref="Facets.All"/>.</param>
/// <param name="Values">The values of a card.</param>
/// <param name="Comparer">How values are compared, after both are <see cref="ComparedText"/>.</param>
internal sealed record FacetKind(int Number, Func<AgentCard, IReadOnlyList<string>> Values, StringComparer Comparer);

/// <summary>What agents are indexed by: what is filtered by often. Memory for each agent and value, so nothing else.</summary>
internal static class Facets
{
    private static readonly List<FacetKind> Kinds = [];

    public static FacetKind Tags { get; } = Add(card => card.Tags);

    public static FacetKind Categories { get; } = Add(card => card.Categories);

    public static FacetKind Skills { get; } = Add(card => card.SkillIds);

    public static FacetKind Capabilities { get; } = Add(card => card.Capabilities);

    public static FacetKind Providers { get; } = Add(card => card.Providers, StringComparer.OrdinalIgnoreCase);

    /// <summary>In the order of their numbers.</summary>
    public static FacetKind[] All { get; } = [.. Kinds];

    private static FacetKind Add(Func<AgentCard, IReadOnlyList<string>> values, StringComparer? comparer = null)
    {
        var kind = new FacetKind(Kinds.Count, values, comparer ?? StringComparer.Ordinal);
        Kinds.Add(kind);
        return kind;
    }
}
