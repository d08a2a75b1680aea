namespace OrleansRegistry;

/// <summary>How far a review is.</summary>
public enum ReviewState
{
    /// <summary>It waits for a reviewer.</summary>
    Pending,

    /// <summary>The agent got the card.</summary>
    Approved,

    /// <summary>The agent did not get it.</summary>
    Rejected,
}

/// <summary>Names of <see cref="ReviewState"/>.</summary>
public static class ReviewStates
{
    private static readonly EnumNames<ReviewState> Names = new(
        (ReviewState.Pending, "pending"), (ReviewState.Approved, "approved"), (ReviewState.Rejected, "rejected"));

    /// <summary>All names, for messages.</summary>
    public static string AllNames => Names.All;

    /// <summary>The name in documents, such as <c>pending</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this ReviewState state) => Names.Of(state);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static ReviewState? TryParse(string? name) => Names.TryParse(name);
}

/// <summary>A new agent, or another card of one, that waits for somebody who may approve it, or did. An agent has one: the newest.</summary>
/// <param name="AgentId">The agent that it is about, which does not exist yet where it is new.</param>
/// <param name="Id">Names this card: who decides says it, so that nobody approves another one than it has seen.</param>
/// <param name="IsNew">Whether the agent is new; else it has another card, which stays in force.</param>
/// <param name="RequestedBy">The subject that sent it.</param>
/// <param name="RequestedAt">In UTC, to the millisecond.</param>
public sealed record AgentReview(
    string AgentId, string Id, ReviewState State, bool IsNew, string RequestedBy, DateTimeOffset RequestedAt)
{
    /// <summary>Who approved or rejected it; null while it waits.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>When, in UTC, to the millisecond; null while it waits.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Why it was rejected; null where it was not.</summary>
    public string? Reason { get; init; }

    /// <summary>The card, byte for byte as it was sent; empty in lists and in answers to registrations.</summary>
    public RawJson Card { get; init; }
}

/// <summary>A page of reviews, the newest first, without cards.</summary>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record ReviewPage(IReadOnlyList<AgentReview> Reviews, string? NextPageToken)
{
    /// <summary>The ids of agents whose reviews cannot be read.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];
}
