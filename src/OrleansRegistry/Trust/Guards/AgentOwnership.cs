namespace OrleansRegistry.Trust;

/// <summary>Whose agents a caller with roles may change: those of its own, and those of others as somebody who manages agents.</summary>
internal sealed class AgentOwnership(AgentDirectory directory, AgentSight sight)
{
    /// <summary>As whom an agent is changed: who manages agents acts as its owner, whose it stays.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Forbidden"/>: the credential is for other agents, or the agent is somebody else's. <see cref="RegistryError.NotFound"/>:
    /// the caller does not see it.
    /// </exception>
    public Caller Acting(Caller caller, string agentId)
    {
        caller.DemandAgent(agentId);
        sight.Demand(caller, agentId);
        return !caller.HasRoles || OwnerOf(caller, agentId) is not { } owner || owner == caller.Subject ? caller
            : caller.May(Permissions.AgentsManage) ? caller with { Subject = owner }
            : throw new RegistryException(
                RegistryError.Forbidden, $"Agent '{agentId}' belongs to '{owner}'; to change it needs agents-manage.", "agent_id");
    }

    /// <summary>As <see cref="Acting"/>, where the agent need not be there.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>: it is, and the caller does not see it.</exception>
    public Caller Registering(Caller caller, string agentId)
    {
        caller.DemandAgent(agentId);
        return sight.IsHidden(caller, agentId)
            ? throw new RegistryException(RegistryError.Conflict, $"The id '{agentId}' is taken; choose another.", "agent_id")
            : Acting(caller, agentId);
    }

    private string? OwnerOf(Caller caller, string agentId) => directory.Find(caller.Tenant, agentId)?.Owner;
}
