namespace OrleansRegistry;

/// <summary>
/// Leave to see an agent, or to send it messages: given by the agent's owner, or by who holds it from there and may hand it on, or asked for. It holds
/// within a tenant.
/// </summary>
public sealed record AgentGrant
{
    /// <summary>The tenant of all whom it is about.</summary>
    public required string Tenant { get; init; }

    /// <summary>Unique within the tenant; those of later milliseconds have greater ids.</summary>
    public required string Id { get; init; }

    /// <summary>For which agent.</summary>
    public required string AgentId { get; init; }

    /// <summary>Who has it, once it holds.</summary>
    public required Grantee Grantee { get; init; }

    /// <summary>What it allows: names of <see cref="GrantAction"/>, one at least.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [GrantAction.Message];

    /// <summary>For messages: the ids of the skills that they may ask for; empty for any.</summary>
    public IReadOnlyList<string> Skills { get; init; } = [];

    /// <summary>Whether the grantee may hand it on to others.</summary>
    public bool Delegable { get; init; }

    /// <summary>The grant that it was handed on from, without which it does not hold; null for none.</summary>
    public string? From { get; init; }

    /// <summary>How far it is.</summary>
    public GrantState State { get; init; }

    /// <summary>The subject that gave it or asked for it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When that was, in UTC, to the millisecond.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends, in UTC; null for never. Of one that is asked for: when that is over, unless it is approved.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How long it is to hold from when it is approved, of one that was asked for; null for as long as nobody takes it back.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>What was said with it, up to <see cref="GrantTerms.MaxMessage"/> characters; null for nothing.</summary>
    public string? Message { get; init; }

    /// <summary>The subject that approved it, or took it back last; null where nobody did.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>When that was, in UTC, to the millisecond.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Why it was taken back or not given; null where nothing was said.</summary>
    public string? Reason { get; init; }

    /// <summary>When the agent was registered that it is for: another one of the same id is not.</summary>
    internal DateTimeOffset AgentSince { get; init; }

    /// <summary>The same of a grantee that is an agent.</summary>
    internal DateTimeOffset? GranteeSince { get; init; }
}

/// <summary>Who has a grant: exactly one of the two is set.</summary>
/// <param name="Subject">A subject of the tenant.</param>
/// <param name="AgentId">An agent of the tenant: its owner, its workers that are named, and whose credential is for it, act for it.</param>
public readonly record struct Grantee(string? Subject = null, string? AgentId = null)
{
    /// <summary>Such as <c>subject 'ann'</c>.</summary>
    public override string ToString() => AgentId is null ? $"subject '{Subject}'" : $"agent '{AgentId}'";
}

/// <summary>What grants allow.</summary>
public static class GrantAction
{
    /// <summary>To see the agent.</summary>
    public const string Read = "read";

    /// <summary>To send it messages, and to see it.</summary>
    public const string Message = "message";

    /// <summary>All that there is.</summary>
    public const string Any = "*";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [Read, Message, Any];
}

/// <summary>How far a grant is. The names are stored: never reuse one.</summary>
public enum GrantState : byte
{
    /// <summary>It is asked for.</summary>
    Requested = 0,
    /// <summary>It holds, as long as the agent is there, and the grant that it is from.</summary>
    Active = 1,
    /// <summary>It was taken back, by either side, or was not given.</summary>
    Revoked = 2,
    /// <summary>Its time is over.</summary>
    Expired = 3,
}

/// <summary>Names of <see cref="GrantState"/>.</summary>
public static class GrantStates
{
    private static readonly EnumNames<GrantState> Names = new(
        (GrantState.Requested, "requested"), (GrantState.Active, "active"), (GrantState.Revoked, "revoked"), (GrantState.Expired, "expired"));

    /// <summary>All names, for messages: <c>requested, active, revoked or expired</c>.</summary>
    public static string AllNames => Names.All;

    /// <summary>The name in documents, such as <c>active</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this GrantState state) => Names.Of(state);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static GrantState? TryParse(string? name) => Names.TryParse(name);
}
