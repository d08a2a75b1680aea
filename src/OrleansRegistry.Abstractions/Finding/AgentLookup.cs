namespace OrleansRegistry;

/// <summary>Agents that were asked for by their ids.</summary>
/// <param name="Agents">Those that there are, in the order of the ids, each once.</param>
/// <param name="Missing">The ids of which there is no agent.</param>
/// <param name="Unreadable">The ids of agents whose records cannot be read.</param>
/// <param name="Revision">A registry revision; the answer is at least as new as it.</param>
public sealed record AgentLookup(
    IReadOnlyList<AgentRecord> Agents, IReadOnlyList<string> Missing, IReadOnlyList<string> Unreadable, long Revision)
{
    /// <summary>The most ids of one request.</summary>
    public const int MaxIds = 1000;
}

/// <summary>Agents that something was found by, up to as many as were asked for.</summary>
/// <param name="Agents">In the order of their ids.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="Revision">A registry revision; the answer is at least as new as it.</param>
public sealed record AgentsFound(IReadOnlyList<AgentRecord> Agents, int Total, long Revision)
{
    /// <summary>How many are told unless others are asked for.</summary>
    public const int Usual = 100;

    /// <summary>The most that are told.</summary>
    public const int Max = 1000;
}

/// <summary>An agent that is like another one.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Score">From 0 to 1: four tenths for the skills, three for the tags, three for the words that both have.</param>
/// <param name="Skills">The ids of skills that both have.</param>
/// <param name="Tags">The tags that both have.</param>
public sealed record SimilarAgent(AgentRecord Agent, double Score, IReadOnlyList<string> Skills, IReadOnlyList<string> Tags)
{
    /// <summary>How near both are in what they mean, from 0 to 1; null where the agent that it is like has none.</summary>
    public double? Meaning { get; init; }
}

/// <summary>Agents that are like another one.</summary>
/// <param name="Agents">The most alike first.</param>
/// <param name="Revision">A registry revision; the answer is at least as new as it.</param>
public sealed record SimilarAgents(IReadOnlyList<SimilarAgent> Agents, long Revision)
{
    /// <summary>How many are told unless others are asked for.</summary>
    public const int Usual = 10;

    /// <summary>The most that are told.</summary>
    public const int Max = 100;
}
