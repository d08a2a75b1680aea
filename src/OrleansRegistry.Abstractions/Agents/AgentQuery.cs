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

    /// <summary>
    /// What <see cref="Words"/> are ranked by; null for <see cref="AgentSearchMode.Hybrid"/> where the registry knows what texts mean, else
    /// <see cref="AgentSearchMode.Text"/>. Where that cannot be found out now, words alone count, and <see cref="AgentPage.Search"/> says so.
    /// </summary>
    public AgentSearchMode? Search { get; init; }

    /// <summary>
    /// What agents are ranked by in place of what <see cref="Words"/> mean: a vector that the caller made. Alone it is a search by vectors
    /// (<see cref="AgentSearchMode.Vector"/>), with <see cref="Words"/> a hybrid one, unless <see cref="Search"/> says otherwise. Not for counts and watches.
    /// </summary>
    public AgentQueryVector? Vector { get; init; }

    /// <summary>
    /// In a search by vectors, the least cosine with the query's that a vector of an agent has to count, from -1 to 1; null for
    /// <see cref="UsualThreshold"/>.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>The default of <see cref="Threshold"/>.</summary>
    public const double UsualThreshold = 0.5;

    /// <summary>
    /// For each field, agents that have at least one of the values. Each field takes up to <see cref="MaxValues"/>. The properties from
    /// <see cref="Tags"/> to <see cref="Delivery"/> are short for filters in here.
    /// </summary>
    public AgentFilters Any { get; init; } = AgentFilters.None;

    /// <summary>For each field, agents that have all of the values. Not for fields of which an agent has one value (<see cref="AgentField.IsSingle"/>).</summary>
    public AgentFilters All { get; init; } = AgentFilters.None;

    /// <summary>For each field, agents that have none of the values.</summary>
    public AgentFilters Not { get; init; } = AgentFilters.None;

    /// <summary>At least one of these tags, compared exactly. Empty matches all.</summary>
    public IReadOnlyList<string> Tags { get => Any[AgentField.Tag]; init => Any = Any.With(AgentField.Tag, value); }

    /// <summary>At least one skill with one of these ids, compared exactly. Empty matches all.</summary>
    public IReadOnlyList<string> Skills { get => Any[AgentField.Skill]; init => Any = Any.With(AgentField.Skill, value); }

    /// <summary>The category, compared exactly. Null matches all.</summary>
    public string? Category { get => One(AgentField.Category); init => Any = With(AgentField.Category, value); }

    /// <summary>A capability that the card declares, such as <c>streaming</c>, in camelCase or snake_case. Null matches all.</summary>
    public string? Capability { get => One(AgentField.Capability); init => Any = With(AgentField.Capability, value); }

    /// <summary>The provider's organization, ignoring case. Null matches all.</summary>
    public string? Provider { get => One(AgentField.Provider); init => Any = With(AgentField.Provider, value); }

    /// <summary>Whether the agent is enabled. Null matches both.</summary>
    public bool? Enabled
    {
        get => One(AgentField.Enabled) is { } text ? text == "true" : null;
        init => Any = With(AgentField.Enabled, value switch { null => null, true => "true", false => "false" });
    }

    /// <summary>How messages get to the agent (<see cref="AgentRecord.EffectiveDelivery"/>). Null matches all.</summary>
    public AgentDelivery? Delivery
    {
        get => AgentDeliveries.TryParse(One(AgentField.Delivery));
        init => Any = With(AgentField.Delivery, value?.ToName());
    }

    /// <summary>
    /// The order; null for that of ids, and with <see cref="Words"/> for the best first. Another order than that of ids looks at every agent that the
    /// query finds. Of agents that change while pages are read, one may be left out or come twice, as it moves in the order.
    /// </summary>
    public AgentSort? Sort { get; init; }

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

    /// <summary>The most values that one list of a query may have: of one field, declaring agents, trust levels.</summary>
    public const int MaxValues = 1000;

    /// <summary>The value, where the query takes one alone.</summary>
    private string? One(AgentField field) => Any[field] is [var value] ? value : null;

    private AgentFilters With(AgentField field, string? value) => string.IsNullOrEmpty(value) ? Any.With(field) : Any.With(field, value);

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

/// <summary>A vector that stands for what is looked for.</summary>
/// <param name="Values">As many finite numbers as the vectors of agents have that it is compared with; not all of them zero.</param>
/// <param name="Model">What made it, and those; null for the model that the registry embeds with.</param>
public sealed record AgentQueryVector(ReadOnlyMemory<float> Values, string? Model = null);

/// <summary>One page of agents.</summary>
/// <param name="Agents">In the ordinal order of their ids, or best first.</param>
/// <param name="NextPageToken">Null on the last page.</param>
/// <param name="Revision">A registry revision; the page is at least as new as it.</param>
public sealed record AgentPage(IReadOnlyList<AgentRecord> Agents, string? NextPageToken, long Revision)
{
    /// <summary>Of a ranked search: for each of <see cref="Agents"/>, which are best first then, why it was found. Else null.</summary>
    public IReadOnlyList<AgentMatch>? Matches { get; init; }

    /// <summary>Of a ranked search: what it went by. Else null.</summary>
    public AgentSearchInfo? Search { get; init; }
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
public sealed record AgentStats(int Total, int Enabled, int Disabled, int Tags, int Categories, int Skills, int Extensions, long Revision)
{
    /// <summary>How many agents with a lease are healthy.</summary>
    public int Healthy { get; init; }

    /// <summary>How many have not beaten for half of their lease.</summary>
    public int Unhealthy { get; init; }

    /// <summary>How many have not beaten for all of it.</summary>
    public int Expired { get; init; }

    /// <summary>How many agents wait to be embedded: searches by meaning do not find them as they are yet.</summary>
    public int EmbeddingLag { get; init; }
}
