namespace OrleansRegistry;

/// <summary>On whose behalf a call is made. The gateway makes it in one place; a co-hosted caller makes its own.</summary>
/// <param name="Tenant">Whose agents, tasks and contexts the call is about: 1 to 64 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</param>
/// <param name="Subject">Who calls, within the tenant: owns the tasks and contexts that it makes. 1 to 256 characters.</param>
[GenerateSerializer, Immutable, Alias("registry.Caller")]
public sealed record Caller([property: Id(0)] string Tenant, [property: Id(1)] string Subject = Caller.DefaultSubject)
{
    public const string DefaultSubject = "default";

    /// <summary>
    /// The name that the caller gives this request, so that it can be sent again where its answer was lost: the same one sent twice is carried out once. Null
    /// for none; 1 to 256 characters. It counts for the task, context or agent that the request changes, whose newest 16 are remembered for a day.
    /// </summary>
    [Id(2)]
    public string? IdempotencyKey { get; init; }

    /// <summary>Whether the caller reads, lists and counts the tasks and contexts of every subject of the tenant. It writes its own only, and sees no webhook of another's.</summary>
    [Id(3)]
    public bool SeesAllOwners { get; init; }

    /// <summary>Whether the caller may read what this subject owns.</summary>
    public bool MayRead(string owner) => SeesAllOwners || Subject == owner;

    /// <summary>The one caller of a registry that tells none apart.</summary>
    public static Caller Default { get; } = new("default");
}
