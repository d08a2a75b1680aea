namespace OrleansRegistry;

/// <summary>What a look at the card that an agent publishes found. The numbers go between silos and the names are stored: never reuse one.</summary>
[GenerateSerializer, Alias("registry.AgentProbeOutcome")]
public enum AgentProbeOutcome : byte
{
    /// <summary>It says what the card in the registry says.</summary>
    Matches = 1,
    /// <summary>It says something else.</summary>
    Drifted = 2,
    /// <summary>There was no card to be had.</summary>
    Unreachable = 3,
}

/// <summary>Names of <see cref="AgentProbeOutcome"/>.</summary>
public static class AgentProbeOutcomes
{
    private static readonly (AgentProbeOutcome Outcome, string Name)[] Names =
    [
        (AgentProbeOutcome.Matches, "matches"),
        (AgentProbeOutcome.Drifted, "drifted"),
        (AgentProbeOutcome.Unreachable, "unreachable"),
    ];

    /// <summary>All names, for messages: <c>matches, drifted or unreachable</c>.</summary>
    public const string AllNames = "matches, drifted or unreachable";

    /// <summary>The name in documents, such as <c>drifted</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this AgentProbeOutcome outcome) => Array.Find(Names, known => known.Outcome == outcome).Name
        ?? throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null);

    /// <summary>Parses a name, case-sensitive; null when there is no such outcome.</summary>
    public static AgentProbeOutcome? TryParse(string? name) =>
        Array.FindIndex(Names, known => known.Name == name) is >= 0 and var index ? Names[index].Outcome : null;
}
