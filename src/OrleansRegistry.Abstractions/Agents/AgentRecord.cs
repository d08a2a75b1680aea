namespace OrleansRegistry;

/// <summary>One registered agent as it was committed. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.AgentRecord")]
public sealed record AgentRecord
{
    /// <summary>The tenant that the agent belongs to.</summary>
    [Id(0)]
    public required string Tenant { get; init; }

    /// <summary>Unique within the tenant; by default the card's name. 1 to 256 UTF-16 code units.</summary>
    [Id(1)]
    public required string Id { get; init; }

    /// <summary>The A2A agent card (A2A 1.0, section 4.4.1), byte for byte as it was sent or patched.</summary>
    [Id(2)]
    public required RawJson Card { get; init; }

    /// <summary>Whether the agent is enabled. A disabled agent stays listed unless a query filters by it.</summary>
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

    /// <summary>The first declaration of each extension of the card, as known when this agent declared it.</summary>
    [Id(7)]
    public IReadOnlyList<ExtensionOrigin> ExtensionOrigins { get; init; } = [];

    /// <summary>
    /// The subject that registered the agent: only it may remove the agent and change its workers and delivery. Null for an agent stored before
    /// owners were kept, until it is registered again.
    /// </summary>
    [Id(8)]
    public string? Owner { get; init; }

    /// <summary>The subjects that may claim the agent's tasks; <c>*</c> is every subject of the tenant. Empty: the owner alone.</summary>
    [Id(9)]
    public IReadOnlyList<string> Workers { get; init; } = [];

    /// <summary>How messages for the agent get to it, as its owner set it; null: as its card implies (<see cref="EffectiveDelivery"/>).</summary>
    [Id(10)]
    public AgentDelivery? Delivery { get; init; }

    /// <summary>What the card says of where the agent is reached: follows from <see cref="Card"/>, and is not stored.</summary>
    [Id(11)]
    internal CardReach Reach { get; init; }

    /// <summary>
    /// How messages for the agent get to it: <see cref="Delivery"/>, else <see cref="AgentDelivery.Worker"/> where the card names no URL, and
    /// <see cref="AgentDelivery.Listed"/> where it names one.
    /// </summary>
    public AgentDelivery EffectiveDelivery => Delivery ?? (Reach == CardReach.Nowhere ? AgentDelivery.Worker : AgentDelivery.Listed);

    /// <summary>What is shown to the agent where messages are forwarded to it; null where nothing is. Only the origins are told to anybody.</summary>
    [Id(12)]
    internal AgentCredentials? Credentials { get; init; }

    /// <summary>
    /// To which origins, such as <c>https://agent.example</c>, the registry sends the agent's credentials with what it forwards; empty where it has none.
    /// </summary>
    public IReadOnlyList<string> CredentialOrigins => Credentials?.Origins ?? [];

    /// <summary>Where the card is from; null where it was sent, and not fetched by the registry. Whoever sends a card, or patches it, ends that.</summary>
    [Id(13)]
    public AgentSource? Source { get; init; }

    /// <summary>How far it is in its life; active unless its owner said otherwise.</summary>
    [Id(14)]
    public AgentLifeCycle LifeCycle { get; init; }

    /// <summary>What takes its place, of an agent that is deprecated or retired; null where nothing was said.</summary>
    [Id(15)]
    public AgentDeprecation? Deprecation { get; init; }

    /// <summary>When it got its card, and from whom; null for the card that it was registered with.</summary>
    [Id(16)]
    internal CardStamp? Stamp { get; init; }

    /// <summary>The number of its card among those that it has had, from 1 (<see cref="IAgentVersions"/>).</summary>
    public long VersionNumber => Stamp?.Number ?? 1;

    /// <summary>The labels of its versions, in the ordinal order of their names.</summary>
    [Id(17)]
    public IReadOnlyList<AgentLabel> Labels { get; init; } = [];

    /// <summary>Which cards may take the place of this one; any unless its owner said otherwise.</summary>
    [Id(18)]
    public AgentCompatibility Compatibility { get; init; }

    /// <summary>
    /// What the agent's tasks tell of it, as this node knew it when the agent was read; null where none is open and none ended in the last day. It is
    /// not stored, and its changes raise no revision.
    /// </summary>
    [field: NonSerialized]
    public AgentActivity? Activity { get; init; }

    /// <summary>The agent's promise to beat; null where it made none.</summary>
    [Id(19)]
    public AgentLease? Lease { get; init; }

    /// <summary>Where it runs, in the ordinal order of their names; empty where nobody said.</summary>
    [Id(22)]
    public IReadOnlyList<AgentInstance> Instances { get; init; } = [];

    /// <summary>
    /// Whether it keeps that promise, as last written, or one of its <see cref="Instances"/> does: the best of them counts. Null where none was made.
    /// </summary>
    public AgentHealth? Health => Instances.Count == 0 ? Lease?.Health : AgentInstanceLists.Best(Lease?.Health, Instances);

    /// <summary>What vectors callers gave it (<see cref="IAgentVectors"/>); null for none.</summary>
    public AgentVectorInfo? Vectors => VectorStamp is { Count: > 0 } given ? given : null;

    /// <summary>The same, and of an agent whose vectors were taken away, that it was: without a model, and with no vectors.</summary>
    [Id(20)]
    internal AgentVectorInfo? VectorStamp { get; init; }

    /// <summary>The cards that it had last, oldest first. Where agents are only read, as in the directory, they are left out.</summary>
    [Id(29)]
    internal IReadOnlyList<ReplacedCard> Replaced { get; init; } = [];

    /// <summary>Whether the card that the agent publishes is looked at, and what was found; null where neither its owner nor a probe said anything.</summary>
    [Id(25)]
    public AgentProbe? Probe { get; init; }

    /// <summary>
    /// What the registry found of the card's signatures; null where the card has none, or none was looked at yet (<see cref="IAgentSignatures"/>).
    /// </summary>
    [Id(33)]
    public AgentSignature? Signature { get; init; }

    /// <summary>With whom it is shared; null where its owner said nothing, and it is <see cref="AgentSharing.Usual"/>.</summary>
    [Id(37)]
    public AgentSharing? Sharing { get; init; }

    /// <summary>Who sees it.</summary>
    public AgentVisibility Visibility => Sharing?.Visibility ?? AgentVisibility.Tenant;

    /// <summary>
    /// Whether all hosts of the card's URLs are in domains that its owner has proved (<see cref="IDomains"/>), as this node knew it when the agent was
    /// read; false where the card has none. It is not stored, and its changes raise no revision.
    /// </summary>
    [field: NonSerialized]
    public bool DomainVerified { get; init; }

    /// <summary>
    /// How far the tenant trusts the agent, as this node knew it when the agent was read: one of <see cref="TrustLevels"/>. What its policy says of the owner
    /// (<see cref="CardPolicy.OwnerTrustLevels"/>); else verified where the card has a valid signature or its domains are proved. It is not stored, and its
    /// changes raise no revision.
    /// </summary>
    [field: NonSerialized]
    public string TrustLevel { get; init; } = TrustLevels.Unverified;

    /// <summary>The newest requests that carried an idempotency key.</summary>
    [Id(30)]
    internal IReadOnlyList<RequestMark> Requests { get; init; } = [];

    /// <summary>Members of the stored record that a newer version wrote, preserved by changes; empty when there are none.</summary>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}

/// <summary>The first declaration of an extension in the registry.</summary>
/// <param name="Uri">The extension's URI.</param>
/// <param name="AgentId">The agent that declared it first.</param>
/// <param name="At">When, in UTC, to the millisecond.</param>
[GenerateSerializer, Immutable, Alias("registry.ExtensionOrigin")]
public sealed record ExtensionOrigin([property: Id(0)] string Uri, [property: Id(1)] string AgentId, [property: Id(2)] DateTimeOffset At)
{
    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}
