namespace OrleansRegistry;

/// <summary>One registered agent as it was committed. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.AgentRecord")]
public sealed record AgentRecord
{
    [Id(0)]
    public required string Tenant { get; init; }

    /// <summary>Unique within the tenant: the card's name, unless the caller gave another.</summary>
    [Id(1)]
    public required string Id { get; init; }

    /// <summary>The agent card, byte for byte as it was sent.</summary>
    [Id(2)]
    public required RawJson Card { get; init; }

    [Id(3)]
    public bool Enabled { get; init; } = true;

    /// <summary>The registry revision of the agent's last change; rises with every change of any agent.</summary>
    [Id(4)]
    public long Revision { get; init; }

    /// <summary>When the agent was first registered, in UTC, to the millisecond.</summary>
    [Id(5)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the agent was last changed, in UTC, to the millisecond.</summary>
    [Id(6)]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>For each extension that the card declares: who declared it first, as far as was known when this agent did.</summary>
    [Id(7)]
    public IReadOnlyList<ExtensionOrigin> ExtensionOrigins { get; init; } = [];

    /// <summary>
    /// The subject that registered the agent first: it alone removes the agent and names its workers. Null for an agent stored before owners were kept,
    /// until it is registered again.
    /// </summary>
    [Id(8)]
    public string? Owner { get; init; }

    /// <summary>The subjects that may claim the agent's tasks; <c>*</c> is every subject of the tenant. Empty: the owner alone.</summary>
    [Id(9)]
    public IReadOnlyList<string> Workers { get; init; } = [];

    /// <summary>The newest requests that named themselves.</summary>
    [Id(30)]
    internal IReadOnlyList<RequestMark> Requests { get; init; } = [];

    /// <summary>Members of the stored record that a newer version wrote, carried through changes; empty where there are none.</summary>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}

/// <summary>Where an extension came into the registry: the agent that declared it first, and when.</summary>
[GenerateSerializer, Immutable, Alias("registry.ExtensionOrigin")]
public sealed record ExtensionOrigin([property: Id(0)] string Uri, [property: Id(1)] string AgentId, [property: Id(2)] DateTimeOffset At)
{
    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}
