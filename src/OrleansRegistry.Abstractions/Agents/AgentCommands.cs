namespace OrleansRegistry;

/// <summary>
/// The precondition of a write; a write whose condition does not hold is refused with <see cref="RegistryError.Conflict"/>. The default has none.
/// </summary>
/// <param name="IfRevision">The agent must have this revision; null for no such condition.</param>
/// <param name="IfAbsent">True: the agent must not exist.</param>
[GenerateSerializer, Immutable, Alias("registry.WriteCondition")]
public readonly record struct WriteCondition([property: Id(0)] long? IfRevision = null, [property: Id(1)] bool IfAbsent = false)
{
    /// <summary>The agent must have one of these revisions; null for no such condition. An empty list never holds.</summary>
    [Id(2)]
    public IReadOnlyList<long>? IfRevisionIn { get; init; }

    /// <summary>True: the agent must exist, at any revision.</summary>
    [Id(3)]
    public bool IfExists { get; init; }

    /// <summary>Whether the condition can hold only for an agent that exists.</summary>
    internal bool DemandsAgent => IfExists || IfRevision is not null || IfRevisionIn is not null;

    /// <param name="revision">The agent's revision; null when the agent does not exist.</param>
    internal bool Holds(long? revision) => revision is { } found
        ? !IfAbsent && (IfRevision is null || IfRevision == found) && (IfRevisionIn is null || IfRevisionIn.Contains(found))
        : !DemandsAgent;

    /// <summary>The condition in words, for error messages.</summary>
    public override string ToString() => this switch
    {
        { IfAbsent: true } => "no agent of this id",
        { IfRevision: { } one } => $"revision {one}",
        { IfRevisionIn: { Count: > 0 } several } => $"one of revisions {string.Join(", ", several)}",
        { IfRevisionIn: not null } => "a revision that no agent has",
        { IfExists: true } => "a registered agent",
        _ => "anything",
    };
}

/// <summary>A request to register an agent, or to replace the card of a registered one.</summary>
/// <param name="Card">The agent card: one JSON object in UTF-8. Empty where <see cref="CardUrl"/> says where it is.</param>
/// <param name="Id">The agent's id; null takes the card's name.</param>
/// <param name="Enabled">Whether the agent is enabled. Null: a new agent is enabled, an existing one keeps its value.</param>
/// <param name="Condition">The precondition of the write; the default has none.</param>
public sealed record AgentRegistration(ReadOnlyMemory<byte> Card, string? Id = null, bool? Enabled = null, WriteCondition Condition = default)
{
    /// <summary>
    /// The subjects that may claim the agent's tasks, up to 100. Null keeps the
    /// present list; empty means the owner alone, as for a new agent. Only the agent's owner may change the list.
    /// </summary>
    public IReadOnlyList<string>? Workers { get; init; }

    /// <summary>
    /// How messages for the agent get to it. Null keeps what was set; a new agent then goes by its card
    /// (<see cref="AgentRecord.EffectiveDelivery"/>). Only the agent's owner may set it, and
    /// <see cref="AgentDelivery.Forward"/> needs a card with an http or https URL that speaks JSON-RPC, or HTTP+JSON as of A2A 1.0.
    /// </summary>
    public AgentDelivery? Delivery { get; init; }

    /// <summary>
    /// What is shown to the agent where messages are forwarded to it: sent to where the card leads now, and to no other host. Null keeps what was
    /// set. Only the agent's owner may set it.
    /// </summary>
    public AgentCredentials? Credentials { get; init; }

    /// <summary>
    /// Where the registry is to fetch the card, in place of <see cref="Card"/>: an http or https URL of up to 2,048 characters that leads to the card, or
    /// below which it is at <c>/.well-known/agent-card.json</c> or <c>/.well-known/agent.json</c>. Of an agent that there is, only its owner may say it.
    /// Not taken by <see cref="IAgentRegistry.RegisterManyAsync"/>.
    /// </summary>
    public string? CardUrl { get; init; }

    /// <summary>
    /// With <see cref="CardUrl"/>: how often the card is to be fetched anew, from 60 seconds to 30 days. Null: only by
    /// <see cref="IAgentRegistry.RefreshAsync"/>.
    /// </summary>
    public TimeSpan? RefreshInterval { get; init; }

    /// <summary>
    /// How far it is in its life. Null: a new agent is active, an existing one stays what it is. Only the agent's owner may set it. An agent that is
    /// no draft does not become one, and a draft is not deprecated: <see cref="RegistryError.Conflict"/>.
    /// </summary>
    public AgentLifeCycle? LifeCycle { get; init; }

    /// <summary>What to use in its place, of an agent that is deprecated or retired; gone once it is neither. Null keeps what was said.</summary>
    public AgentDeprecation? Deprecation { get; init; }

    /// <summary>
    /// Which cards the agent may be given from now on; null keeps what was set. Only the agent's owner may set it. A card that the agent's policy does not
    /// allow is a <see cref="RegistryError.Conflict"/>.
    /// </summary>
    public AgentCompatibility? Compatibility { get; init; }

    /// <summary>True, by the agent's owner alone: the card is taken whatever the agent's policy says.</summary>
    public bool Force { get; init; }

    /// <summary>
    /// Gives the agent a lease: after how long without a beat (<see cref="IAgentLiveness"/>) it expires, from <see cref="AgentLease.ShortestTtl"/> to
    /// <see cref="AgentLease.LongestTtl"/>, in whole seconds. Null keeps what was set. Only the agent's owner may set it. Whoever may beat and registers
    /// the agent again begins its lease anew.
    /// </summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>
    /// Whether the agent is removed when its lease ends, in place of being marked as expired. True without a lease gives it one of the registry's usual
    /// time. Null keeps what was set. Only the agent's owner may set it.
    /// </summary>
    public bool? Ephemeral { get; init; }

    /// <summary>
    /// How often the registry looks at the card that the agent publishes (<see cref="IAgentProbes"/>), in whole seconds from the least that its settings
    /// allow to <see cref="AgentProbe.LongestInterval"/>; zero: never. Null keeps what was set. Only the agent's owner may set it.
    /// </summary>
    public TimeSpan? ProbeInterval { get; init; }

    /// <summary>
    /// Where it looks, as <see cref="CardUrl"/> may be; by default where the card was fetched, or at the well-known path of the host that it names. Null keeps
    /// what was set. Only the agent's owner may set it.
    /// </summary>
    public string? ProbeUrl { get; init; }

    /// <summary>Who sees the agent and may send it messages. Null keeps what was set. Only the agent's owner may set it.</summary>
    public AgentSharingChange? Sharing { get; init; }

    /// <summary>
    /// True: the card is the agent's draft. A request by an idempotency key is then told from others by that, and not by the card: once it was carried out,
    /// the draft is gone, and nobody can tell what it was.
    /// </summary>
    internal bool PublishesDraft { get; init; }
}

/// <summary>A change of part of an agent.</summary>
/// <param name="CardPatch">A JSON Merge Patch (RFC 7396) for the card; null keeps the card.</param>
/// <param name="Enabled">Whether the agent is enabled; null keeps the present value.</param>
/// <param name="Condition">The precondition of the write; the default has none.</param>
public sealed record AgentPatch(ReadOnlyMemory<byte>? CardPatch = null, bool? Enabled = null, WriteCondition Condition = default)
{
    /// <inheritdoc cref="AgentRegistration.Workers"/>
    public IReadOnlyList<string>? Workers { get; init; }

    /// <inheritdoc cref="AgentRegistration.Delivery"/>
    public AgentDelivery? Delivery { get; init; }

    /// <summary>True: forget what was set; the delivery follows from the card again. Excludes <see cref="Delivery"/>.</summary>
    public bool DeliveryByCard { get; init; }

    /// <inheritdoc cref="AgentRegistration.Credentials"/>
    public AgentCredentials? Credentials { get; init; }

    /// <inheritdoc cref="AgentRegistration.LifeCycle"/>
    public AgentLifeCycle? LifeCycle { get; init; }

    /// <inheritdoc cref="AgentRegistration.Deprecation"/>
    public AgentDeprecation? Deprecation { get; init; }

    /// <inheritdoc cref="AgentRegistration.Compatibility"/>
    public AgentCompatibility? Compatibility { get; init; }

    /// <inheritdoc cref="AgentRegistration.Force"/>
    public bool Force { get; init; }

    /// <inheritdoc cref="AgentRegistration.Ttl"/>
    public TimeSpan? Ttl { get; init; }

    /// <inheritdoc cref="AgentRegistration.Ephemeral"/>
    public bool? Ephemeral { get; init; }

    /// <summary>True: the agent has no lease any more. Excludes <see cref="Ttl"/> and <see cref="Ephemeral"/>.</summary>
    public bool EndsLease { get; init; }

    /// <inheritdoc cref="AgentRegistration.ProbeInterval"/>
    public TimeSpan? ProbeInterval { get; init; }

    /// <inheritdoc cref="AgentRegistration.ProbeUrl"/>
    public string? ProbeUrl { get; init; }

    /// <inheritdoc cref="AgentRegistration.Sharing"/>
    public AgentSharingChange? Sharing { get; init; }

    /// <summary>True: forget how often; the registry's settings say it again. Excludes <see cref="ProbeInterval"/>.</summary>
    public bool ProbesAsUsual { get; init; }

    /// <summary>True: forget where; it follows from the card again. Excludes <see cref="ProbeUrl"/>.</summary>
    public bool ProbesByCard { get; init; }
}

/// <summary>The result of a committed write.</summary>
/// <param name="Agent">The agent as committed.</param>
/// <param name="Created">True when the agent did not exist before.</param>
/// <param name="Warnings">Recommendations for the card; empty when there are none.</param>
/// <param name="ExtensionsProcessed">The number of extensions that the card declares.</param>
public sealed record AgentWriteResult(AgentRecord Agent, bool Created, IReadOnlyList<CardWarning> Warnings, int ExtensionsProcessed)
{
    /// <summary>
    /// True when a request with this idempotency key was carried out before. Nothing was written, and <see cref="Agent"/> is the agent as it is now.
    /// </summary>
    public bool Repeated { get; init; }

    /// <summary>What the card breaks of what the one before it promised, empty where it breaks nothing; null where it took no other card's place.</summary>
    public IReadOnlyList<CardBreak>? Breaks { get; init; }

    /// <summary>
    /// Set where nothing was written, as the card waits for a review: <see cref="Agent"/> is then as it stays in force, or where it is new as it would be, with
    /// the revision 0. Null where it was written.
    /// </summary>
    public AgentReview? Review { get; init; }
}

/// <summary>What came of fetching an agent's card anew.</summary>
/// <param name="Agent">The agent as it is now.</param>
/// <param name="Changed">Whether the card is another one now.</param>
/// <param name="Warnings">Recommendations for the new card; empty when there are none.</param>
public sealed record AgentRefresh(AgentRecord Agent, bool Changed, IReadOnlyList<CardWarning> Warnings)
{
    /// <summary>Set where another card was fetched, and waits for a review or was rejected in one; the agent keeps its own. Else null.</summary>
    public AgentReview? Review { get; init; }
}

/// <summary>The outcome of one entry of a batch: exactly one of the two members is set.</summary>
/// <param name="Written">The result of the write; null when it was refused.</param>
/// <param name="Refused">Why the entry was refused; null when it was written.</param>
public sealed record AgentBatchResult(AgentWriteResult? Written, RegistryException? Refused)
{
    /// <summary>Of one that was refused, for the audit trail; null where it had none.</summary>
    internal string? Id { get; init; }
}

/// <summary>The result of a committed removal.</summary>
/// <param name="Id">The id of the removed agent.</param>
/// <param name="Revision">The registry revision of the removal.</param>
/// <param name="ExtensionsCleaned">The number of extensions that no agent declares any more.</param>
public sealed record AgentRemoval(string Id, long Revision, int ExtensionsCleaned);
