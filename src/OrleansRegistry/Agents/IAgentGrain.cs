using Orleans.Concurrency;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Agents;

/// <summary>
/// The one writer of one agent; its key is <see cref="GrainKeys.For"/>. What a call answers is committed.
/// Refusals are <see cref="RegistryException"/>; <see cref="Orleans.Storage.InconsistentStateException"/> means that another
/// writer came first and the call can be made again.
/// </summary>
[Alias("registry.IAgentGrain")]
internal interface IAgentGrain : IGrainWithStringKey
{
    /// <summary>Registers the agent or replaces its card. The card was checked by the caller.</summary>
    [Alias("Put")]
    Task<AgentWritten> Put(AgentPut put);

    /// <summary>Changes a part of the agent; the changed card is checked here.</summary>
    [Alias("Patch")]
    Task<AgentWritten> Patch(AgentChange change);

    /// <summary>Takes over what came of fetching the agent's card anew. The card was checked by the caller.</summary>
    [Alias("Refresh")]
    Task<AgentWritten> Refresh(AgentRefreshed refreshed);

    /// <summary>
    /// Whether the caller is the first to ask about the fetch that was due then: of all processes, one is to make it. It is not stored: where the
    /// activation ended in between, a second one may be told so too, which does no harm.
    /// </summary>
    [Alias("ClaimRefresh")]
    Task<bool> ClaimRefresh(DateTimeOffset due);

    /// <summary>Points a label to a version of the card, or removes it.</summary>
    [Alias("Label")]
    Task<AgentWritten> Label(AgentLabeling labeling);

    /// <summary>Gives the agent vectors, or takes them away. They were checked by the caller.</summary>
    [Alias("SetVectors")]
    Task<AgentWritten> SetVectors(AgentVectorsChange change);

    /// <summary>Writes the health of an agent with a lease, or removes it where it is ephemeral and expired.</summary>
    /// <param name="since">Of the lease that was judged: where the agent has another, or none, nothing is written.</param>
    [Alias("Judge")]
    Task<AgentJudged> Judge(DateTimeOffset since, AgentHealth health);

    /// <summary>Registers an instance of the agent, or replaces one; whether it is new is told as of an agent.</summary>
    [Alias("PutInstance")]
    Task<AgentWritten> PutInstance(InstancePut put);

    /// <summary>Removes an instance of the agent.</summary>
    [Alias("RemoveInstance")]
    Task<AgentWritten> RemoveInstance(InstanceRemoval removal);

    /// <summary>Writes the health of instances with a lease, and removes those that are ephemeral and expired.</summary>
    [Alias("JudgeInstances")]
    Task<InstancesJudged> JudgeInstances(InstanceVerdict[] verdicts);

    /// <summary>Writes what a probe found, if it is another outcome than before.</summary>
    /// <param name="of">What the probe was about: where the agent has another card, or asks for another URL, nothing is written.</param>
    /// <returns>Null where that is so, or the agent is gone.</returns>
    [Alias("Probed")]
    Task<AgentRecord?> Probed(ProbeSubject of, AgentProbeResult result);

    /// <summary>Writes what was found of the signatures of the agent's card, if it is something else than before.</summary>
    /// <param name="of">The card that was looked at: where the agent has another, nothing is written.</param>
    /// <param name="found">Null where the card has no signature.</param>
    /// <returns>Null where the agent has another card, or is gone.</returns>
    [Alias("Verified")]
    Task<AgentRecord?> Verified(SignedSubject of, AgentSignature? found);

    /// <summary>Removes the agent.</summary>
    /// <param name="subject">Who asks for it.</param>
    /// <returns>The revision of the removal.</returns>
    [Alias("Remove")]
    Task<long> Remove(WriteCondition condition, string? subject = null);

    /// <summary>The agent as committed, or null.</summary>
    [Alias("Get")]
    Task<AgentRecord?> Get();
}

/// <param name="Origins">What is known of the extensions that the card declares, oldest first known.</param>
/// <param name="Subject">Who registers it.</param>
/// <param name="Workers">Null leaves them.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentPut")]
internal sealed record AgentPut(
    [property: Id(0)] RawJson Card,
    [property: Id(1)] bool? Enabled,
    [property: Id(2)] IReadOnlyList<ExtensionOrigin> Origins,
    [property: Id(3)] WriteCondition Condition,
    [property: Id(4)] string? Subject = null,
    [property: Id(5)] IReadOnlyList<string>? Workers = null)
{
    /// <summary>Of a request that is to be carried out once; null where its caller gave it no key.</summary>
    [Id(6)]
    public RequestMark? Mark { get; init; }

    /// <summary>Null leaves it.</summary>
    [Id(7)]
    public AgentDelivery? Delivery { get; init; }

    /// <summary>The card's, as its caller read it; unknown from a silo of an older version.</summary>
    [Id(8)]
    public CardReach Reach { get; init; }

    /// <summary>Null leaves them; without headers, they are removed.</summary>
    [Id(9)]
    public AgentCredentials? Credentials { get; init; }

    /// <summary>Where the card was fetched; null where it was sent.</summary>
    [Id(10)]
    public AgentSource? Source { get; init; }

    /// <summary>Null leaves it.</summary>
    [Id(11)]
    public AgentLifeCycle? LifeCycle { get; init; }

    /// <summary>Null leaves it.</summary>
    [Id(12)]
    public AgentDeprecation? Deprecation { get; init; }

    /// <summary>Null leaves it.</summary>
    [Id(13)]
    public AgentCompatibility? Compatibility { get; init; }

    /// <summary>The card is taken whatever the agent's policy says.</summary>
    [Id(14)]
    public bool Force { get; init; }

    /// <summary>Null leaves it.</summary>
    [Id(20)]
    public LeaseChange? Lease { get; init; }

    /// <summary>Null leaves it.</summary>
    [Id(25)]
    public ProbeChange? Probe { get; init; }

    /// <summary>What its caller found of the card's signatures; null where it has none.</summary>
    [Id(33)]
    public AgentSignature? Signature { get; init; }

    /// <summary>Null leaves it.</summary>
    [Id(37)]
    public AgentSharingChange? Sharing { get; init; }

    /// <summary>What is checked of who registers it.</summary>
    [Id(50)]
    public ActingRule Rule { get; init; }

    /// <summary>For which agent the card was judged: of another one, nothing is changed. Null where nothing is asked, and of a silo of an older version.</summary>
    [Id(51)]
    public CardJudgement? Judgement { get; init; }
}

/// <param name="Source">As it is now.</param>
/// <param name="Before">When the card was fetched that the agent had as the fetch began: where it has another by now, nothing is changed.</param>
/// <param name="Card">Empty where it has not changed.</param>
/// <param name="Origins">What is known of the extensions that the card declares, oldest first known.</param>
/// <param name="Reach">The card's, as its caller read it.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentRefreshed")]
internal sealed record AgentRefreshed(
    [property: Id(0)] AgentSource Source,
    [property: Id(1)] DateTimeOffset Before,
    [property: Id(2)] RawJson Card,
    [property: Id(3)] IReadOnlyList<ExtensionOrigin> Origins,
    [property: Id(4)] CardReach Reach)
{
    /// <inheritdoc cref="AgentPut.Signature"/>
    [Id(33)]
    public AgentSignature? Signature { get; init; }

    /// <inheritdoc cref="AgentPut.Judgement"/>
    [Id(51)]
    public CardJudgement? Judgement { get; init; }
}

/// <param name="CardPatch">A JSON Merge Patch; empty leaves the card.</param>
/// <param name="KnownOrigins">What is known of the extensions that the changed card may declare.</param>
/// <param name="Subject">Who asks for it.</param>
/// <param name="Workers">Null leaves them.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentChange")]
internal sealed record AgentChange(
    [property: Id(0)] RawJson CardPatch,
    [property: Id(1)] bool? Enabled,
    [property: Id(2)] IReadOnlyList<ExtensionOrigin> KnownOrigins,
    [property: Id(3)] WriteCondition Condition,
    [property: Id(4)] string? Subject = null,
    [property: Id(5)] IReadOnlyList<string>? Workers = null)
{
    /// <inheritdoc cref="AgentPut.Mark"/>
    [Id(6)]
    public RequestMark? Mark { get; init; }

    /// <inheritdoc cref="AgentPut.Delivery"/>
    [Id(7)]
    public AgentDelivery? Delivery { get; init; }

    /// <summary>True: none is set any more, and the card decides.</summary>
    [Id(8)]
    public bool DeliveryByCard { get; init; }

    /// <inheritdoc cref="AgentPut.Credentials"/>
    [Id(9)]
    public AgentCredentials? Credentials { get; init; }

    /// <inheritdoc cref="AgentPut.LifeCycle"/>
    [Id(10)]
    public AgentLifeCycle? LifeCycle { get; init; }

    /// <inheritdoc cref="AgentPut.Deprecation"/>
    [Id(11)]
    public AgentDeprecation? Deprecation { get; init; }

    /// <inheritdoc cref="AgentPut.Compatibility"/>
    [Id(12)]
    public AgentCompatibility? Compatibility { get; init; }

    /// <inheritdoc cref="AgentPut.Force"/>
    [Id(13)]
    public bool Force { get; init; }

    /// <inheritdoc cref="AgentPut.Lease"/>
    [Id(20)]
    public LeaseChange? Lease { get; init; }

    /// <inheritdoc cref="AgentPut.Probe"/>
    [Id(25)]
    public ProbeChange? Probe { get; init; }

    /// <summary>The card as it is patched, if the agent has the card that its caller knows; null where nothing was looked at.</summary>
    [Id(33)]
    public JudgedCard? Judged { get; init; }

    /// <summary>Where the patched card is another than <see cref="Judged"/>, nothing is changed.</summary>
    [Id(34)]
    public bool DemandsJudged { get; init; }

    /// <inheritdoc cref="AgentPut.Sharing"/>
    [Id(37)]
    public AgentSharingChange? Sharing { get; init; }

    /// <summary>What is checked of who asks for it.</summary>
    [Id(50)]
    public ActingRule Rule { get; init; }

    /// <inheritdoc cref="AgentPut.Judgement"/>
    [Id(51)]
    public CardJudgement? Judgement { get; init; }
}

/// <param name="Number">Null removes the label.</param>
/// <param name="Subject">Who asks for it.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentLabeling")]
internal sealed record AgentLabeling([property: Id(0)] string Label, [property: Id(1)] long? Number, [property: Id(2)] string Subject);

/// <summary>What became of a verdict; nothing where neither is set.</summary>
/// <param name="Agent">As it was written, or already was.</param>
/// <param name="Removed">The revision of its removal.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentJudged")]
internal sealed record AgentJudged([property: Id(0)] AgentRecord? Agent, [property: Id(1)] long? Removed = null);

/// <param name="Before">Of a replaced agent: whose it was.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentWritten")]
internal sealed record AgentWritten([property: Id(0)] AgentRecord Agent, [property: Id(1)] bool Created, [property: Id(2)] AgentBefore? Before = null)
{
    /// <summary>It was carried out before, and the agent is as it is now.</summary>
    [Id(3)]
    public bool Repeated { get; init; }

    /// <summary>What the card breaks of what the one before it promised; null where it took no other card's place.</summary>
    [Id(4)]
    public IReadOnlyList<CardBreak>? Breaks { get; init; }
}

/// <summary>Whose an agent was before it was replaced.</summary>
[GenerateSerializer, Immutable, Alias("registry.AgentBefore")]
internal sealed record AgentBefore([property: Id(0)] string? Owner, [property: Id(1)] string? Provider);

/// <summary>What an agent grain keeps.</summary>
[GenerateSerializer, Alias("registry.AgentState")]
internal sealed class AgentState
{
    /// <summary>Null where no such agent is registered.</summary>
    [Id(0)]
    public AgentRecord? Agent { get; set; }
}
