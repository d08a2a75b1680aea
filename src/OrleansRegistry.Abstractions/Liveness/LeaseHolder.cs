namespace OrleansRegistry;

/// <summary>Who has a lease, and beats: an agent, or one of its instances. A text stands for the agent of that id.</summary>
/// <param name="Instance">The instance's name; null for the agent itself.</param>
public readonly record struct LeaseHolder(string AgentId, string? Instance = null)
{
    /// <summary>The agent of this id.</summary>
    public static implicit operator LeaseHolder(string agentId) => new(agentId);

    /// <summary>The agent of this id.</summary>
    public static LeaseHolder FromString(string agentId) => new(agentId);
}
