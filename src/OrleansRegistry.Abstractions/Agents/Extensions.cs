namespace OrleansRegistry;

/// <summary>An A2A extension as the registry knows it: from the cards that declare it.</summary>
/// <param name="Description">As the first agent that still declares it has it; so too <paramref name="Required"/> and <paramref name="Params"/>.</param>
/// <param name="Params">One JSON value; empty where there is none.</param>
/// <param name="TrustLevel">One of <see cref="TrustLevels"/>.</param>
/// <param name="DeclaringAgents">In the order of their ids, the first <see cref="MaxDeclaringAgents"/>. Never empty.</param>
/// <param name="UsageCount">How many agents declare it in all.</param>
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
    /// <summary>The most names of agents that are told of one extension; the others are only counted.</summary>
    public const int MaxDeclaringAgents = 100;
}

/// <summary>Which extensions to list, in the order of their uris. All that is set must hold.</summary>
public sealed record ExtensionQuery
{
    /// <summary>A substring of the uri, whatever its case.</summary>
    public string? UriPattern { get; init; }

    /// <summary>Declared by at least one of these agents; up to <see cref="AgentQuery.MaxValues"/>. Empty matches all.</summary>
    public IReadOnlyList<string> DeclaringAgents { get; init; } = [];

    /// <summary>One of <see cref="TrustLevels"/>; up to <see cref="AgentQuery.MaxValues"/>. Empty matches all.</summary>
    public IReadOnlyList<string> TrustLevels { get; init; } = [];

    /// <summary>Within <see cref="PageLimit.Extensions"/>. A page ends earlier where it grows to 16 MiB.</summary>
    public int PageSize { get; init; } = PageLimit.Extensions.Usual;

    public string? PageToken { get; init; }
}

/// <param name="TotalCount">How many match, on all pages.</param>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record ExtensionPage(IReadOnlyList<ExtensionInfo> Extensions, int TotalCount, string? NextPageToken);

/// <summary>The names of the levels of trust in an extension.</summary>
public static class TrustLevels
{
    public const string Unspecified = "TRUST_LEVEL_UNSPECIFIED";
    public const string Unverified = "TRUST_LEVEL_UNVERIFIED";
    public const string Community = "TRUST_LEVEL_COMMUNITY";
    public const string Verified = "TRUST_LEVEL_VERIFIED";
    public const string Official = "TRUST_LEVEL_OFFICIAL";

    public static IReadOnlyList<string> All { get; } = [Unspecified, Unverified, Community, Verified, Official];
}
