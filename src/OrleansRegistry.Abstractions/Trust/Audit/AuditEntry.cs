namespace OrleansRegistry;

/// <summary>
/// One line of a tenant's audit trail: who did what, to what, from where, by which credential, and what came of it. It holds no contents of cards,
/// messages or artifacts.
/// </summary>
public sealed record AuditEntry
{
    /// <summary><see cref="Outcome"/> of what was done.</summary>
    public const string Done = "ok";

    /// <summary><see cref="Previous"/> of the first entry of a tenant.</summary>
    public static string NoHash { get; } = new('0', 64);

    /// <summary>Whose trail it is in.</summary>
    public required string Tenant { get; init; }

    /// <summary>Its place in the trail: from 1, without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was written, in UTC to the microsecond; never before the entry before it.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Who called, within the tenant: <see cref="AuditActions.Registry"/> for the registry itself; empty where that is not known.</summary>
    public required string Subject { get; init; }

    /// <summary>What was done: the name of the operation, such as <c>registry.agent.register</c>.</summary>
    public required string Action { get; init; }

    /// <summary><see cref="Done"/>, or the code of the error that was answered, such as <c>forbidden</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>The id of what it was about; null where that is nothing in particular.</summary>
    public string? Object { get; init; }

    /// <summary>By what the caller was let in, such as <c>key:ab12cd34</c>; null where nobody asked.</summary>
    public string? Credential { get; init; }

    /// <summary>The IP address that the call came from; null where that is not known.</summary>
    public string? Address { get; init; }

    /// <summary>The W3C trace id of the call, in 32 hex digits; null where it had none.</summary>
    public string? Trace { get; init; }

    /// <summary>
    /// True: the trail could not be written when the call ended. Its caller was told that the change may have happened, or was not waiting.
    /// </summary>
    public bool Late { get; init; }

    /// <summary>How many refused calls before this one have no entry, as they came too fast.</summary>
    public long Skipped { get; init; }

    /// <summary>The hash of the entry before it, in hex; that of the first entry is <see cref="NoHash"/>.</summary>
    public required string Previous { get; init; }

    /// <summary>SHA-256 of all the rest (<see cref="AuditHash"/>), in hex.</summary>
    public required string Hash { get; init; }
}
