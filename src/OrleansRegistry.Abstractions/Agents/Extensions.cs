namespace OrleansRegistry;

/// <summary>An A2A extension (A2A 1.0, section 4.4.4), collected from the cards that declare it.</summary>
/// <param name="Uri">The extension's URI.</param>
/// <param name="Description">From the card of the first agent that still declares the extension, as are <paramref name="Required"/> and
/// <paramref name="Params"/>.</param>
/// <param name="Required">Whether that agent requires its clients to support the extension.</param>
/// <param name="Params">One JSON value; empty when the card has none.</param>
/// <param name="FirstDeclaredByAgent">The id of the agent that declared it first.</param>
/// <param name="FirstDeclaredAt">When, in UTC, to the millisecond.</param>
/// <param name="TrustLevel">One of <see cref="TrustLevels"/>.</param>
/// <param name="DeclaringAgents">The ids of the declaring agents, in ordinal order, at most <see cref="MaxDeclaringAgents"/>. Never empty.</param>
/// <param name="UsageCount">How many agents declare the extension in all.</param>
public sealed record ExtensionInfo(
    string Uri,
    string Description,
    bool Required,
    RawJson Params,
    string FirstDeclaredByAgent,
    DateTimeOffset FirstDeclaredAt,
    string TrustLevel,
    IReadOnlyList<string> DeclaringAgents,
    int UsageCount)
{
    /// <summary>The most declaring agents that are listed for one extension; all of them are counted.</summary>
    public const int MaxDeclaringAgents = 100;
}

/// <summary>Selects extensions of the caller's tenant. An extension must match every filter that is set; without filters all match.</summary>
public sealed record ExtensionQuery
{
    /// <summary>A substring of the URI, ignoring case. Null matches all.</summary>
    public string? UriPattern { get; init; }

    /// <summary>Declared by at least one of these agents; up to <see cref="AgentQuery.MaxValues"/>. Empty matches all.</summary>
    public IReadOnlyList<string> DeclaringAgents { get; init; } = [];

    /// <summary>One of <see cref="TrustLevels"/>; up to <see cref="AgentQuery.MaxValues"/>. Empty matches all.</summary>
    public IReadOnlyList<string> TrustLevels { get; init; } = [];

    /// <summary>The most extensions of a page, within <see cref="PageLimit.Extensions"/>. A page ends earlier when it reaches 16 MiB.</summary>
    public int PageSize { get; init; } = PageLimit.Extensions.Usual;

    /// <summary>
    /// The <see cref="ExtensionPage.NextPageToken"/> of the previous page; null for the first. The rest of the query must be unchanged.
    /// </summary>
    public string? PageToken { get; init; }
}

/// <summary>One page of extensions.</summary>
/// <param name="Extensions">In the ordinal order of their URIs.</param>
/// <param name="TotalCount">How many match, on all pages.</param>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record ExtensionPage(IReadOnlyList<ExtensionInfo> Extensions, int TotalCount, string? NextPageToken);

/// <summary>The levels of trust in an extension or an agent.</summary>
public static class TrustLevels
{
    /// <summary>No level is given.</summary>
    public const string Unspecified = "TRUST_LEVEL_UNSPECIFIED";
    /// <summary>Nobody has verified it.</summary>
    public const string Unverified = "TRUST_LEVEL_UNVERIFIED";
    /// <summary>The community vouches for it.</summary>
    public const string Community = "TRUST_LEVEL_COMMUNITY";
    /// <summary>It was verified.</summary>
    public const string Verified = "TRUST_LEVEL_VERIFIED";
    /// <summary>It is official.</summary>
    public const string Official = "TRUST_LEVEL_OFFICIAL";

    /// <summary>All levels, least trusted first.</summary>
    public static IReadOnlyList<string> All { get; } = [Unspecified, Unverified, Community, Verified, Official];

    /// <summary>Whether a level is at least another one.</summary>
    internal static bool IsAtLeast(string level, string least) => Rank(level) >= Rank(least);

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is none.</exception>
    internal static void Check(string level, string field)
    {
        if (Rank(level) < 0)
        {
            throw RegistryException.Invalid(field, $"must be one of {string.Join(", ", All)}, not '{level}'");
        }
    }

    private static int Rank(string level)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i] == level)
            {
                return i;
            }
        }

        return -1;
    }
}
