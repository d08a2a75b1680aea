namespace OrleansRegistry.Directory;

/// <summary>Who looks at the agents of a tenant.</summary>
/// <param name="Tenant">Of which agents alone are seen.</param>
/// <param name="SeesNamed">Of an agent that is for those named alone, whether this one sees it; null: all are seen.</param>
public sealed record AgentViewer(string Tenant, Func<AgentRecord, bool>? SeesNamed)
{
    /// <summary>Somebody who sees all agents of the tenant.</summary>
    public static AgentViewer OfAll(string tenant) => new(tenant, null);

    /// <summary>Whether there can be no agent of the tenant that it does not see.</summary>
    public bool SeesAll => SeesNamed is null;

    /// <summary>Whether it sees this agent of its tenant.</summary>
    public bool Sees(AgentRecord agent) => agent.Visibility != AgentVisibility.Named || SeesNamed is null || SeesNamed(agent);
}
