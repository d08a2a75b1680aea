namespace OrleansRegistry;

/// <summary>
/// The tenant and subject on whose behalf a call is made. HTTP front ends derive it from the request; a co-hosted caller creates its own.
/// </summary>
/// <param name="Tenant">The tenant whose agents, tasks and contexts the call concerns: 1 to 64 ASCII letters, digits, <c>-</c>, <c>_</c> and
/// <c>.</c>.</param>
/// <param name="Subject">Who calls, within the tenant; it owns what it creates. 1 to 256 UTF-16 code units.</param>
[GenerateSerializer, Immutable, Alias("registry.Caller")]
public sealed record Caller([property: Id(0)] string Tenant, [property: Id(1)] string Subject = Caller.DefaultSubject)
{
    /// <summary>The subject of callers that name none.</summary>
    public const string DefaultSubject = "default";

    /// <summary>
    /// Identifies the request, so that it can be repeated after a lost answer: the same request sent twice is carried out once. 1 to 256 UTF-16 code
    /// units; null for none. Each task, context or agent remembers the newest 16 keys of requests that changed it, for a day. A key that comes with
    /// another request is <see cref="RegistryError.KeyReused"/>.
    /// </summary>
    [Id(2)]
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// True: the caller reads, lists and counts the tasks and contexts of every subject of the tenant. It still changes its own only, and sees no
    /// webhooks of others.
    /// </summary>
    [Id(3)]
    public bool SeesAllOwners { get; init; }

    /// <summary>The caller used when callers are not distinguished.</summary>
    public static Caller Default { get; } = new("default");
}
