namespace OrleansRegistry.Trust;

/// <summary><see cref="IAgentInstances"/> for callers.</summary>
internal sealed class GuardedInstances(AgentInstances instances, Operations operations) : IAgentInstances
{
    public Task<InstanceWritten> PutAsync(
        Caller caller, string agentId, string name, InstanceRegistration registration, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            AgentOperations.PutInstance,
            caller,
            agentId,
            () => instances.PutAsync(Working(caller, agentId), agentId, name, registration, cancellationToken));

    public ValueTask<InstanceFound> GetAsync(Caller caller, string agentId, string name, CancellationToken cancellationToken = default) =>
        instances.GetAsync(Reading(caller), agentId, name, cancellationToken);

    public ValueTask<InstancePage> ListAsync(
        Caller caller, string agentId, InstanceQuery? query = null, CancellationToken cancellationToken = default) =>
        instances.ListAsync(Reading(caller), agentId, query, cancellationToken);

    public Task<long> RemoveAsync(
        Caller caller, string agentId, string name, WriteCondition condition = default, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            AgentOperations.RemoveInstance,
            caller,
            agentId,
            () => instances.RemoveAsync(Working(caller, agentId), agentId, name, condition, cancellationToken));

    public ValueTask<InstanceFound> ChooseAsync(
        Caller caller, string agentId, InstanceChoice? choice = null, CancellationToken cancellationToken = default) =>
        instances.ChooseAsync(Reading(caller), agentId, choice, cancellationToken);

    /// <summary>The agent's workers put instances too: whether the caller is one, the registry judges.</summary>
    private static Caller Working(Caller caller, string agentId)
    {
        caller.DemandAgent(agentId);
        return caller;
    }

    private Caller Reading(Caller caller) => operations.Admit(AgentOperations.Read, caller);
}
