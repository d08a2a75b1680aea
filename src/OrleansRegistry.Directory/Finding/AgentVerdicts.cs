namespace OrleansRegistry.Directory;

/// <summary>What is known of agents by records that are not theirs, and that change without them: it is asked for each time, and never kept.</summary>
internal sealed class AgentVerdicts
{
    /// <summary>Whose domains are proved; null where nobody says.</summary>
    public IDomainProofs? Domains { get; set; }

    public bool IsDomainVerified(AgentRecord agent, IReadOnlyList<string> hosts) => Domains?.Prove(agent.Tenant, agent.Owner, hosts) == true;
}
