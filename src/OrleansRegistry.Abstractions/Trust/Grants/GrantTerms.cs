namespace OrleansRegistry;

/// <summary>What is given, or asked for.</summary>
/// <param name="AgentId">For which agent.</param>
public sealed record GrantTerms(string AgentId)
{
    /// <summary>The most skills that a grant names.</summary>
    public const int MaxSkills = 100;

    /// <summary>The most characters of <see cref="Message"/>.</summary>
    public const int MaxMessage = 1000;

    /// <summary>How long what is asked for holds unless the request says: a day.</summary>
    public static TimeSpan UsualLifetime { get; } = TimeSpan.FromHours(24);

    /// <summary>The longest: ten years.</summary>
    public static TimeSpan LongestLifetime { get; } = TimeSpan.FromDays(3650);

    /// <summary>To whom; of a request null is the caller. One asks for oneself, or for an agent that one acts for.</summary>
    public Grantee? Grantee { get; init; }

    /// <inheritdoc cref="AgentGrant.Actions"/>
    public IReadOnlyList<string> Actions { get; init; } = [GrantAction.Message];

    /// <inheritdoc cref="AgentGrant.Skills"/>
    public IReadOnlyList<string> Skills { get; init; } = [];

    /// <inheritdoc cref="AgentGrant.Delegable"/>
    public bool Delegable { get; init; }

    /// <summary>
    /// How long it is to hold, from a second to <see cref="LongestLifetime"/>. Null: of a request, <see cref="UsualLifetime"/> from when it is approved;
    /// of one that is handed on, as long as that; else for as long as nobody takes it back.
    /// </summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>The caller's own grant that is handed on; null for one by the agent's owner.</summary>
    public string? From { get; init; }

    /// <summary>What is said with it; null for nothing.</summary>
    public string? Message { get; init; }
}

/// <summary>Which grants to list, of those that the caller gave, holds, asked for, or that are for its agents.</summary>
public sealed record GrantQuery
{
    /// <summary>For this agent; null for all.</summary>
    public string? AgentId { get; init; }

    /// <summary>To this grantee; null for all.</summary>
    public Grantee? Grantee { get; init; }

    /// <summary>That are so far; null for all.</summary>
    public GrantState? State { get; init; }

    /// <summary>1 to 1,000.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>The token of the page before; null for the first.</summary>
    public string? PageToken { get; init; }
}

/// <summary>A page of grants, newest first.</summary>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record GrantPage(IReadOnlyList<AgentGrant> Grants, string? NextPageToken);
