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

    /// <summary>
    /// What the caller may have done, beside what ownership says. All where nobody asked for roles. It is judged where the call is made: grains are not
    /// told, nor of the members below.
    /// </summary>
    [field: NonSerialized]
    public Permissions Allowed { get; init; } = Permissions.All;

    /// <summary>The only agents that the caller changes, works for and sends messages to, by id; null for no such limit.</summary>
    [field: NonSerialized]
    public IReadOnlyList<string>? Agents { get; init; }

    /// <summary>
    /// By what the caller was let in, as the audit trail has it: its kind and a name that is no secret, such as <c>key:ab12cd34</c>; null where nobody
    /// asked.
    /// </summary>
    [field: NonSerialized]
    public string? Credential { get; init; }

    /// <summary>Where the request came from: an IP address; null where that is not known.</summary>
    [field: NonSerialized]
    public string? Address { get; init; }

    /// <summary>Roles say what the caller may do. False where nobody asked for any: then ownership alone says it.</summary>
    public bool HasRoles => Allowed is not (Permissions.All or Permissions.Member);

    /// <summary>Whether the caller has any of <paramref name="permissions"/>.</summary>
    public bool May(Permissions permissions) => (Allowed & permissions) != Permissions.None;

    /// <summary>Refuses a caller who has none of <paramref name="permissions"/>.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: it names them.</exception>
    public void Demand(Permissions permissions)
    {
        if (!May(permissions))
        {
            throw new RegistryException(
                RegistryError.Forbidden, $"This caller's roles do not allow that: it needs {string.Join(" or ", PermissionNames.Of(permissions))}.");
        }
    }

    /// <summary>Refuses a caller whose credential is for other agents.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>.</exception>
    public void DemandAgent(string agentId)
    {
        if (Agents is { } agents && !agents.Contains(agentId, StringComparer.Ordinal))
        {
            throw new RegistryException(
                RegistryError.Forbidden, $"This caller's credential is for other agents than '{LogText.Id(agentId)}'.", "agent_id");
        }
    }

    /// <summary>The caller used when callers are not distinguished.</summary>
    public static Caller Default { get; } = new("default");
}
