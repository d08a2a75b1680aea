namespace OrleansRegistry;

/// <summary>
/// The vectors of agents: those that the registry makes of their cards, and those that callers give them, which stand beside them. Every member throws
/// <see cref="RegistryException"/>: an unknown agent is <see cref="RegistryError.NotFound"/>.
/// </summary>
public interface IAgentVectors
{
    /// <summary>
    /// Gives an agent vectors, in place of those that it was given before. They stay when its card changes, and go with the agent. Stored, and seen by
    /// every later search on this node, before it returns.
    /// </summary>
    /// <returns>The agent as it was written.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: the model or a vector, which <see cref="RegistryException.Field"/> names, such as <c>vectors[2].values</c>.
    /// <see cref="RegistryError.Forbidden"/>: another subject owns the agent. <see cref="RegistryError.Conflict"/>: the condition does not hold.
    /// </exception>
    Task<AgentRecord> PutAsync(Caller caller, string agentId, AgentVectorUpdate update, CancellationToken cancellationToken = default);

    /// <summary>Reads the vectors that an agent was given, or where it was given none, those that the registry made of its card so far.</summary>
    Task<AgentVectorSet> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default);

    /// <summary>Takes away the vectors that an agent was given: those that the registry makes count again. Where it was given none, nothing is written.</summary>
    /// <inheritdoc cref="PutAsync" path="/returns"/>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: another subject owns the agent.
    /// <see cref="RegistryError.Conflict"/>: the condition does not hold.</exception>
    Task<AgentRecord> RemoveAsync(
        Caller caller, string agentId, WriteCondition condition = default, CancellationToken cancellationToken = default);

    /// <summary>What vectors the agents of the caller's tenant have.</summary>
    ValueTask<AgentVectorStats> GetStatsAsync(Caller caller, CancellationToken cancellationToken = default);
}
