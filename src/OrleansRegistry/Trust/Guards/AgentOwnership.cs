namespace OrleansRegistry.Trust;

/// <summary>Whose agents a caller with roles may change: those of its own, and those of others as somebody who manages agents.</summary>
internal sealed class AgentOwnership(AgentDirectory directory)
{
    /// <summary>As whom an agent is changed: who manages agents acts as its owner, whose it stays.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Forbidden"/>: the credential is for other agents, or the agent is somebody else's.
    /// </exception>
    public Caller Acting(Caller caller, string agentId)
    {
        caller.DemandAgent(agentId);
        return caller.Allowed == Permissions.All || OwnerOf(caller, agentId) is not { } owner || owner == caller.Subject ? caller
            : caller.May(Permissions.AgentsManage) ? caller with { Subject = owner }
            : throw new RegistryException(
                RegistryError.Forbidden, $"Agent '{agentId}' belongs to '{owner}'; to change it needs agents-manage.", "agent_id");
    }

    private string? OwnerOf(Caller caller, string agentId) => directory.Find(caller.Tenant, agentId)?.Owner;
}
