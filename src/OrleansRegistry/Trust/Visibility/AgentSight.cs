namespace OrleansRegistry.Trust;

/// <summary>The one place that decides which agents of its tenant a caller sees. What it does not see is not there.</summary>
internal sealed class AgentSight(AgentDirectory directory, GrantBook grants)
{
    public AgentViewer Of(Caller caller) => caller.May(Permissions.AgentsManage)
        ? AgentViewer.OfAll(caller.Tenant)
        : new AgentViewer(caller.Tenant, agent => Access.MaySee(caller, agent) || grants.Shows(caller, agent));

    /// <summary>The agent in this node's directory; null where there is none that the caller sees.</summary>
    public AgentRecord? Find(Caller caller, string agentId) =>
        directory.Find(caller.Tenant, agentId) is { } agent && Of(caller).Sees(agent) ? agent : null;

    /// <summary>Whether there is such an agent, and the caller does not see it.</summary>
    public bool IsHidden(Caller caller, string agentId) => directory.Find(caller.Tenant, agentId) is { } agent && !Of(caller).Sees(agent);

    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>: there is such an agent, and the caller does not see it.</exception>
    public void Demand(Caller caller, string agentId)
    {
        if (IsHidden(caller, agentId))
        {
            throw NotFound();
        }
    }

    /// <summary>As where there is no such agent.</summary>
    public static RegistryException NotFound() => new(RegistryError.NotFound, "Agent not found", "agent_id");
}
