namespace OrleansRegistry.Agents.Versions;

/// <summary>How many of the cards that agents had are kept, and how long.</summary>
public sealed record AgentVersionOptions
{
    /// <summary>How many of each agent beside the card that it has and those with labels (<c>AGENT_VERSIONS_KEPT</c>).</summary>
    public int Kept { get; init; } = 20;

    /// <summary>How long after they were replaced (<c>AGENT_VERSIONS_AGE_DAYS</c>), in days; 0 for any time.</summary>
    public int AgeDays { get; init; }
}
