namespace OrleansRegistry.Trust;

/// <summary><see cref="IAgentVectors"/> for callers.</summary>
internal sealed class GuardedVectors(AgentVectorRegistry vectors, Operations operations, AgentOwnership ownership) : IAgentVectors
{
    public Task<AgentRecord> PutAsync(
        Caller caller, string agentId, AgentVectorUpdate update, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.PutVectors, caller, agentId, () => vectors.PutAsync(ownership.Acting(caller, agentId), agentId, update, cancellationToken));

    public Task<AgentVectorSet> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default) =>
        operations.RunAsync(AgentOperations.Read, caller, agentId, () => vectors.GetAsync(caller, agentId, cancellationToken));

    public Task<AgentRecord> RemoveAsync(
        Caller caller, string agentId, WriteCondition condition = default, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            AgentOperations.RemoveVectors,
            caller,
            agentId,
            () => vectors.RemoveAsync(ownership.Acting(caller, agentId), agentId, condition, cancellationToken));

    public ValueTask<AgentVectorStats> GetStatsAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        operations.Admit(AgentOperations.Read, caller);
        return vectors.GetStatsAsync(caller, cancellationToken);
    }
}
