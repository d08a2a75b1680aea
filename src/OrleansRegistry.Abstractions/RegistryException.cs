namespace OrleansRegistry;

/// <summary>What kind of refusal a <see cref="RegistryException"/> is; the gateway maps each to one HTTP status.</summary>
[GenerateSerializer, Alias("registry.RegistryError")]
public enum RegistryError
{
    /// <summary>The input breaks a rule; <see cref="RegistryException.Field"/> names where.</summary>
    Invalid,

    /// <summary>The input is larger than the registry's settings allow.</summary>
    TooLarge,

    /// <summary>There is no such thing, or the caller may not see it.</summary>
    NotFound,

    /// <summary>A condition of the caller (an expected revision, or absence) does not hold.</summary>
    Conflict,

    /// <summary>The task is over, and never changes any more.</summary>
    Terminal,

    /// <summary>The store has more work queued than it accepts; try again shortly.</summary>
    Busy,

    /// <summary>The store or the cluster cannot answer now; try again later.</summary>
    Unavailable,

    /// <summary>The store has no room left. Nothing was stored.</summary>
    StorageFull,

    /// <summary>The registry does not offer this.</summary>
    NotSupported,

    /// <summary>The caller may see it, but not do this to it.</summary>
    Forbidden,

    /// <summary>The id of a message was sent before, with another message or request.</summary>
    IdReused,

    /// <summary>The idempotency key was sent before, with another request.</summary>
    KeyReused,

    /// <summary>What is stored of this one thing cannot be read: damaged, changed by hand, or written by a newer version. Others are not affected; it can be deleted.</summary>
    Unreadable,
}

/// <summary>A refusal that its caller can act on. Nothing was changed when it is thrown, unless its message says otherwise.</summary>
[GenerateSerializer, Alias("registry.RegistryException")]
public sealed class RegistryException : Exception
{
    public RegistryException(RegistryError error, string message, string? field = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
        Field = field;
    }

    [Id(0)]
    public RegistryError Error { get; }

    /// <summary>The path of the offending member, such as <c>agent_card.skills[2]</c>; null where no member is to blame.</summary>
    [Id(1)]
    public string? Field { get; }

    /// <summary>The task's or context's generation, where a condition on it did not hold.</summary>
    [Id(3)]
    public long? CurrentGeneration { get; init; }

    /// <summary>The task's state, where that is why it was refused.</summary>
    [Id(4)]
    public TaskState? CurrentState { get; init; }

    /// <summary>How long to wait before the next try, for <see cref="RegistryError.Busy"/> and <see cref="RegistryError.Unavailable"/>.</summary>
    [Id(2)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>An <see cref="RegistryError.Invalid"/> refusal of <paramref name="field"/>.</summary>
    public static RegistryException Invalid(string field, string rule) => new(RegistryError.Invalid, $"{field}: {rule}", field);
}
