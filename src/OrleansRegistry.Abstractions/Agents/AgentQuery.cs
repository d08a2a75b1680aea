namespace OrleansRegistry;

/// <summary>Which agents to list. All that is set must hold; the default is all agents.</summary>
public sealed record AgentQuery
{
    /// <summary>A substring of the name, the description or a skill's id, whatever its case. Empty matches all.</summary>
    public string? Text { get; init; }

    /// <summary>At least one of these tags, exactly; up to <see cref="MaxValues"/>. Empty matches all.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>At least one skill with one of these ids, exactly; up to <see cref="MaxValues"/>. Empty matches all.</summary>
    public IReadOnlyList<string> Skills { get; init; } = [];

    public string? Category { get; init; }

    /// <summary>A capability that the card has, such as <c>streaming</c>; snake_case is taken too.</summary>
    public string? Capability { get; init; }

    /// <summary>The provider's organization, whatever its case.</summary>
    public string? Provider { get; init; }

    public bool? Enabled { get; init; }

    /// <summary>The most agents to answer with, within <see cref="PageLimit.Agents"/>; null answers with all.</summary>
    public int? PageSize { get; init; }

    /// <summary>The <see cref="AgentPage.NextPageToken"/> of the page before; the rest of the query must be the same.</summary>
    public string? PageToken { get; init; }

    /// <summary>The most values of one list in a query: tags, skills, declaring agents, trust levels.</summary>
    public const int MaxValues = 1000;

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: there are more than <see cref="MaxValues"/>.</exception>
    public static void CheckValues(IReadOnlyList<string> values, string field)
    {
        if (values.Count > MaxValues)
        {
            throw RegistryException.Invalid(field, $"has {values.Count:N0} values; a query takes up to {MaxValues:N0}");
        }
    }
}

/// <summary>Agents in the order of their ids (ordinal).</summary>
/// <param name="NextPageToken">Null on the last page.</param>
/// <param name="Revision">The registry revision that the page is at least as new as.</param>
public sealed record AgentPage(IReadOnlyList<AgentRecord> Agents, string? NextPageToken, long Revision);

/// <summary>A tag or category, and how many agents have it.</summary>
public readonly record struct FacetCount(string Value, int Count);

/// <summary>Figures of one tenant's agents. Tags, categories, skills and extensions count distinct values.</summary>
public sealed record AgentStats(int Total, int Enabled, int Disabled, int Tags, int Categories, int Skills, int Extensions, long Revision);
