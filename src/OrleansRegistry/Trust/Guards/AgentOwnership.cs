using OrleansRegistry.Trust.Grants;

namespace OrleansRegistry.Trust;

/// <summary>
/// Whose agents a caller with roles may change: those of its own, and those of others as somebody who manages agents. This node's directory may be
/// behind: it refuses early, and the agent's grain judges (<see cref="RuleOf"/>).
/// </summary>
internal sealed class AgentOwnership(AgentDirectory directory, AgentSight sight, GrantBook grants)
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
            : throw IsOthers(agentId, owner);
    }

    /// <summary>As <see cref="Acting"/>, where the agent need not be there.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>: it is, and the caller does not see it.</exception>
    public Caller Registering(Caller caller, string agentId)
    {
        caller.DemandAgent(agentId);
        return sight.IsHidden(caller, agentId)
            ? throw IsTaken(agentId)
            : Acting(caller, agentId);
    }

    /// <summary>What the agent's grain is to check.</summary>
    public ActingRule RuleOf(Caller caller, string agentId)
    {
        if (caller.May(Permissions.AgentsManage))
        {
            return caller.HasRoles ? ActingRule.AsOwner : ActingRule.None;
        }

        var seesNamed = caller.Agents?.Contains(agentId, StringComparer.Ordinal) == true
            || (directory.Find(caller.Tenant, agentId) is { } known && grants.Shows(caller, known));
        return (caller.HasRoles ? ActingRule.OwnAlone : ActingRule.None) | (seesNamed ? ActingRule.None : ActingRule.SeesIfNamed);
    }

    public static RegistryException IsOthers(string agentId, string owner) => new(
        RegistryError.Forbidden, $"Agent '{agentId}' belongs to '{owner}'; to change it needs agents-manage.", "agent_id");

    /// <summary>As of an agent that the caller does not see.</summary>
    public static RegistryException IsTaken(string agentId) =>
        new(RegistryError.Conflict, $"The id '{agentId}' is taken; choose another.", "agent_id");

    /// <summary>Whose an agent is once the caller has registered it: one that was nobody's becomes its own.</summary>
    public string OwnerOnceRegistered(Caller caller, string agentId) => OwnerOf(caller, agentId) ?? caller.Subject;

    private string? OwnerOf(Caller caller, string agentId) => directory.Find(caller.Tenant, agentId)?.Owner;
}
