namespace OrleansRegistry;

/// <summary>The task at an agent of its own that a task here mirrors (<see cref="AgentDelivery.Forward"/>).</summary>
/// <param name="TaskId">The agent's id of it; null where the agent has named none.</param>
/// <param name="ContextId">The agent's context; null where it has named none.</param>
/// <param name="MessageId">The newest message that the agent has taken.</param>
[GenerateSerializer, Immutable, Alias("registry.RemoteTask")]
internal sealed record RemoteTask(
    [property: Id(0)] string? TaskId,
    [property: Id(1)] string? ContextId,
    [property: Id(2)] string? MessageId)
{
    /// <summary>Which of the agent's instances has it; null where the card alone said where the agent is.</summary>
    [Id(3)]
    public string? Instance { get; init; }

    /// <summary>Members of the stored record that a newer version wrote, preserved by changes; empty when there are none.</summary>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}
