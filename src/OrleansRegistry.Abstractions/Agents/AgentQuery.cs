namespace OrleansRegistry;

/// <summary>Selects agents of the caller's tenant. An agent must match every filter that is set; without filters all agents match.</summary>
public sealed record AgentQuery
{
    /// <summary>A substring of the name, the description or a skill's id, ignoring case. Null or empty matches all.</summary>
    public string? Text { get; init; }

    /// <summary>
    /// What is looked for, in words: agents whose cards have at least one of them are found, best first, with <see cref="AgentPage.Matches"/>. Up to
    /// <see cref="MaxWords"/> characters. Looked for in name, description, tags, provider and skills with their examples; the last word may be
    /// unfinished, and one that no card has may have a typo. Null or empty ranks nothing.
    /// </summary>
    public string? Words { get; init; }

    /// <summary>At least one of these tags, compared exactly; up to <see cref="MaxValues"/>. Empty matches all.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>At least one skill with one of these ids, compared exactly; up to <see cref="MaxValues"/>. Empty matches all.</summary>
    public IReadOnlyList<string> Skills { get; init; } = [];

    /// <summary>The category, compared exactly. Null matches all.</summary>
    public string? Category { get; init; }

    /// <summary>A capability that the card declares, such as <c>streaming</c>, in camelCase or snake_case. Null matches all.</summary>
    public string? Capability { get; init; }

    /// <summary>The provider's organization, ignoring case. Null matches all.</summary>
    public string? Provider { get; init; }

    /// <summary>Whether the agent is enabled. Null matches both.</summary>
    public bool? Enabled { get; init; }

    /// <summary>How messages get to the agent (<see cref="AgentRecord.EffectiveDelivery"/>). Null matches all.</summary>
    public AgentDelivery? Delivery { get; init; }

    /// <summary>
    /// The most agents of a page, within <see cref="PageLimit.Agents"/>; null for all agents in one page, and with <see cref="Words"/> for the best
    /// <see cref="RankedPageSize"/>.
    /// </summary>
    public int? PageSize { get; init; }

    /// <summary>
    /// The <see cref="AgentPage.NextPageToken"/> of the previous page; null for the first. The rest of the query must be unchanged.
    /// </summary>
    public string? PageToken { get; init; }

    /// <summary>The default page size of a ranked search.</summary>
    public const int RankedPageSize = 20;

    /// <summary>The most characters of <see cref="Words"/>.</summary>
    public const int MaxWords = 1000;

    /// <summary>The most values that one list of a query may have: tags, skills, declaring agents, trust levels.</summary>
    public const int MaxValues = 1000;

    /// <summary>Checks the length of a list of a query.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: there are more than <see cref="MaxValues"/>.</exception>
    internal static void CheckValues(IReadOnlyList<string> values, string field)
    {
        if (values.Count > MaxValues)
        {
            throw RegistryException.Invalid(field, $"has {values.Count:N0} values; a query takes up to {MaxValues:N0}");
        }
    }
}

/// <summary>One page of agents.</summary>
/// <param name="Agents">In the ordinal order of their ids, or best first.</param>
/// <param name="NextPageToken">Null on the last page.</param>
/// <param name="Revision">A registry revision; the page is at least as new as it.</param>
public sealed record AgentPage(IReadOnlyList<AgentRecord> Agents, string? NextPageToken, long Revision)
{
    /// <summary>Of a ranked search: for each of <see cref="Agents"/>, which are best first then, why it was found. Else null.</summary>
    public IReadOnlyList<AgentMatch>? Matches { get; init; }
}

/// <summary>A tag or category with its number of agents.</summary>
/// <param name="Value">The tag or category.</param>
/// <param name="Count">How many agents have it.</param>
public readonly record struct FacetCount(string Value, int Count);

/// <summary>Figures of one tenant's agents.</summary>
/// <param name="Total">The number of agents.</param>
/// <param name="Enabled">The number of enabled agents.</param>
/// <param name="Disabled">The number of disabled agents.</param>
/// <param name="Tags">The number of distinct tags.</param>
/// <param name="Categories">The number of distinct categories.</param>
/// <param name="Skills">The number of distinct skill ids.</param>
/// <param name="Extensions">The number of distinct extensions.</param>
/// <param name="Revision">A registry revision; the figures are at least as new as it.</param>
public sealed record AgentStats(int Total, int Enabled, int Disabled, int Tags, int Categories, int Skills, int Extensions, long Revision);
