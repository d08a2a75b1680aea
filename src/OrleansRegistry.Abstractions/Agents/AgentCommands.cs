namespace OrleansRegistry;

/// <summary>What must hold for a write to happen; else it is <see cref="RegistryError.Conflict"/>. All unset: it always happens.</summary>
/// <param name="IfRevision">The agent's revision must be this one.</param>
/// <param name="IfAbsent">There must be no such agent.</param>
[GenerateSerializer, Immutable, Alias("registry.WriteCondition")]
public readonly record struct WriteCondition([property: Id(0)] long? IfRevision = null, [property: Id(1)] bool IfAbsent = false)
{
    /// <summary>The agent's revision must be one of these.</summary>
    [Id(2)]
    public IReadOnlyList<long>? IfRevisionIn { get; init; }

    /// <summary>There must be such an agent, of whatever revision.</summary>
    [Id(3)]
    public bool IfExists { get; init; }

    /// <summary>Whether it holds only of an agent that exists.</summary>
    public bool DemandsAgent => IfExists || IfRevision is not null || IfRevisionIn is not null;

    /// <param name="revision">The agent's; null where there is none.</param>
    public bool Holds(long? revision) => revision is { } found
        ? !IfAbsent && (IfRevision is null || IfRevision == found) && (IfRevisionIn is null || IfRevisionIn.Contains(found))
        : !DemandsAgent;

    /// <summary>What it asks for, for an error.</summary>
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

/// <summary>A request to register an agent, or to replace the card of one that is registered.</summary>
/// <param name="Card">The agent card: one JSON object in UTF-8.</param>
/// <param name="Id">The agent's id; null takes the card's name.</param>
/// <param name="Enabled">Null: enabled if new, else as it was.</param>
public sealed record AgentRegistration(ReadOnlyMemory<byte> Card, string? Id = null, bool? Enabled = null, WriteCondition Condition = default)
{
    /// <summary>
    /// The subjects that may claim the agent's tasks, up to <see cref="AgentWorkers.MaxCount"/>. Null: as it was; empty: the owner alone, as for a new agent.
    /// Only the agent's owner changes them.
    /// </summary>
    public IReadOnlyList<string>? Workers { get; init; }
}

/// <summary>A change of part of an agent.</summary>
/// <param name="CardPatch">A JSON Merge Patch (RFC 7396) for the card; null leaves it.</param>
/// <param name="Enabled">Null leaves it.</param>
public sealed record AgentPatch(ReadOnlyMemory<byte>? CardPatch = null, bool? Enabled = null, WriteCondition Condition = default)
{
    /// <inheritdoc cref="AgentRegistration.Workers"/>
    public IReadOnlyList<string>? Workers { get; init; }
}

/// <summary>A committed write.</summary>
/// <param name="Created">True where there was no such agent before.</param>
/// <param name="ExtensionsProcessed">How many extensions the card declares.</param>
public sealed record AgentWriteResult(AgentRecord Agent, bool Created, IReadOnlyList<CardWarning> Warnings, int ExtensionsProcessed)
{
    /// <summary>It was carried out before, and the agent is as it is now.</summary>
    public bool Repeated { get; init; }
}

/// <summary>What became of one entry of a batch: exactly one of the two is set.</summary>
public sealed record AgentBatchResult(AgentWriteResult? Written, RegistryException? Refused);

/// <summary>A committed removal.</summary>
/// <param name="Revision">The registry revision of the removal.</param>
/// <param name="ExtensionsCleaned">How many extensions nobody declares any more.</param>
public sealed record AgentRemoval(string Id, long Revision, int ExtensionsCleaned);
