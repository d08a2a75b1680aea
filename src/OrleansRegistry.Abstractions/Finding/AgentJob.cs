namespace OrleansRegistry;

/// <summary>A job that an agent is looked for.</summary>
public sealed record AgentJob
{
    /// <summary>How many agents are told unless others are asked for.</summary>
    public const int UsualLimit = 10;

    /// <summary>The most that are told.</summary>
    public const int MaxLimit = 100;

    /// <summary>The job in words, up to <see cref="AgentQuery.MaxWords"/> characters; null or empty where only the rest counts.</summary>
    public string? Text { get; init; }

    /// <summary>
    /// What an agent must have: all values of each field, and of one of which it has one value (<see cref="AgentField.IsSingle"/>), one of them. Unless
    /// <see cref="AgentField.Enabled"/> is named here or in <see cref="Not"/>, it must be enabled.
    /// </summary>
    public AgentFilters Required { get; init; } = AgentFilters.None;

    /// <summary>What counts for an agent that has it, each value alike.</summary>
    public AgentFilters Preferred { get; init; } = AgentFilters.None;

    /// <summary>What an agent must not have.</summary>
    public AgentFilters Not { get; init; } = AgentFilters.None;

    /// <summary>Agents with no more open tasks than this, from 0. Null: any.</summary>
    public int? MaxOpenTasks { get; init; }

    /// <summary>Agents whose tasks of the last day went well at this rate at least, from 0 to 1, and those that had none. Null: any.</summary>
    public double? MinSuccessRate { get; init; }

    /// <summary>Which come first.</summary>
    public AgentJobOrder Order { get; init; }

    /// <summary>The most agents to answer with, 1 to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = UsualLimit;
}

/// <summary>Which of the agents for a job come first.</summary>
public enum AgentJobOrder
{
    /// <summary>Those with the highest score.</summary>
    Best,

    /// <summary>Those with the fewest open tasks, and of these those with the highest score.</summary>
    LeastLoaded,
}

/// <summary>The agents for a job.</summary>
/// <param name="Agents">The first of them.</param>
/// <param name="Found">How many there are in all.</param>
/// <param name="Revision">A registry revision; the answer is at least as new as it.</param>
public sealed record AgentCandidates(IReadOnlyList<AgentCandidate> Agents, int Found, long Revision);

/// <summary>An agent for a job, and why.</summary>
/// <param name="Agent">The agent, with what is known of its tasks (<see cref="AgentRecord.Activity"/>).</param>
/// <param name="Score">From 0 to 1: the parts' values by their weights.</param>
/// <param name="Parts">What the score is made of.</param>
/// <param name="Preferred">What was preferred and it has.</param>
/// <param name="Missing">What was preferred and it has not.</param>
/// <param name="Highlights">Pieces of its card that have words of the job; none where it has none.</param>
public sealed record AgentCandidate(
    AgentRecord Agent,
    double Score,
    IReadOnlyList<AgentScorePart> Parts,
    AgentFilters Preferred,
    AgentFilters Missing,
    IReadOnlyList<AgentHighlight> Highlights)
{
    /// <summary>What of its card is nearest to what the job means, such as <c>skills[2]</c>; null where that is not known, or nothing is near.</summary>
    public string? MeaningField { get; init; }
}

/// <summary>A part of a score.</summary>
/// <param name="Name"><c>text</c>, <c>meaning</c>, <c>preferred</c>, <c>success</c> or <c>load</c>.</param>
/// <param name="Value">From 0 to 1.</param>
/// <param name="Weight">How much it counts against the others.</param>
public sealed record AgentScorePart(string Name, double Value, double Weight);
