namespace OrleansRegistry;

/// <summary>The kind of a <see cref="RegistryException"/>. HTTP front ends map each to one status.</summary>
[GenerateSerializer, Alias("registry.RegistryError")]
public enum RegistryError
{
    /// <summary>The input breaks a rule; <see cref="RegistryException.Field"/> names the member.</summary>
    Invalid,

    /// <summary>The input is larger than the registry's settings allow.</summary>
    TooLarge,

    /// <summary>The object does not exist, or the caller may not see it.</summary>
    NotFound,

    /// <summary>A condition of the caller (an expected revision, or absence) does not hold.</summary>
    Conflict,

    /// <summary>The task is in a terminal state and cannot change.</summary>
    Terminal,

    /// <summary>The store has more work queued than it accepts; try again shortly.</summary>
    Busy,

    /// <summary>The store or the cluster cannot answer now; try again later.</summary>
    Unavailable,

    /// <summary>The store has no room left. Nothing was stored.</summary>
    StorageFull,

    /// <summary>The registry does not offer this.</summary>
    NotSupported,

    /// <summary>The caller may see the object, but not do this to it.</summary>
    Forbidden,

    /// <summary>The message id was used before, with another message or request.</summary>
    IdReused,

    /// <summary>The idempotency key was used before, with another request.</summary>
    KeyReused,

    /// <summary>
    /// The stored record of this object cannot be read: damaged, changed by hand, or written by a newer version. Others are not affected; it can be
    /// deleted.
    /// </summary>
    Unreadable,

    /// <summary>The tenant has as much as it may have. Nothing was changed.</summary>
    QuotaExceeded,
}

/// <summary>A request that was refused for a reason the caller can act on. Nothing was changed, unless the message says otherwise.</summary>
[GenerateSerializer, Alias("registry.RegistryException")]
public sealed class RegistryException : Exception
{
    /// <summary>Creates the exception.</summary>
    public RegistryException(RegistryError error, string message, string? field = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
        Field = field;
    }

    /// <summary>The kind of the refusal.</summary>
    [Id(0)]
    public RegistryError Error { get; }

    /// <summary>The path of the offending member, such as <c>agent_card.skills[2]</c>; null when no single member is at fault.</summary>
    [Id(1)]
    public string? Field { get; }

    /// <summary>The present generation of the task or context, when a condition on it did not hold; null otherwise.</summary>
    [Id(3)]
    public long? CurrentGeneration { get; init; }

    /// <summary>The present state of the task, when it is the reason for the refusal; null otherwise.</summary>
    [Id(4)]
    public TaskState? CurrentState { get; init; }

    /// <summary>
    /// How long to wait before a retry, for <see cref="RegistryError.Busy"/> and <see cref="RegistryError.Unavailable"/>; null when unknown.
    /// </summary>
    [Id(2)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>An <see cref="RegistryError.Invalid"/> exception about <paramref name="field"/>.</summary>
    public static RegistryException Invalid(string field, string rule) => new(RegistryError.Invalid, $"{field}: {rule}", field);
}
