namespace OrleansRegistry.Directory;

/// <summary>One way to filter agents: the values that a card has, and those of which a query wants one.</summary>
/// <param name="Number">Its place in <see cref="Facets.All"/>.</param>
/// <param name="Field">What the query calls it.</param>
/// <param name="Values">The values of a card.</param>
/// <param name="Wanted">The values of a query; none where it does not filter by this.</param>
/// <param name="Comparer">How values are compared, after both are <see cref="ComparedText"/>.</param>
internal sealed record FacetKind(
    int Number,
    string Field,
    Func<AgentCard, IReadOnlyList<string>> Values,
    Func<AgentQuery, IReadOnlyList<string>> Wanted,
    StringComparer Comparer);

/// <summary>All facets. Each is indexed, filters lists and searches, and is part of their page tokens.</summary>
internal static class Facets
{
    private static readonly List<FacetKind> Kinds = [];

    public static FacetKind Tags { get; } = Add("tags", card => card.Tags, query => query.Tags);

    public static FacetKind Categories { get; } = Add("category", card => card.Categories, query => One(query.Category));

    public static FacetKind Skills { get; } = Add("skills", card => card.SkillIds, query => query.Skills);

    public static FacetKind Capabilities { get; } =
        Add("capability", card => card.Capabilities, query => One(query.Capability, AgentCard.CapabilityName));

    public static FacetKind Providers { get; } =
        Add("provider", card => card.Providers, query => One(query.Provider), StringComparer.OrdinalIgnoreCase);

    /// <summary>In the order of their numbers.</summary>
    public static FacetKind[] All { get; } = [.. Kinds];

    private static FacetKind Add(
        string field,
        Func<AgentCard, IReadOnlyList<string>> values,
        Func<AgentQuery, IReadOnlyList<string>> wanted,
        StringComparer? comparer = null)
    {
        var kind = new FacetKind(Kinds.Count, field, values, wanted, comparer ?? StringComparer.Ordinal);
        Kinds.Add(kind);
        return kind;
    }

    private static string[] One(string? value, Func<string, string>? name = null) =>
        string.IsNullOrEmpty(value) ? [] : [name?.Invoke(value) ?? value];
}
