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
    private static readonly EnumNames<AgentProbeOutcome> Names = new(
        (AgentProbeOutcome.Matches, "matches"),
        (AgentProbeOutcome.Drifted, "drifted"),
        (AgentProbeOutcome.Unreachable, "unreachable"));

    /// <summary>All names, for messages: <c>matches, drifted or unreachable</c>.</summary>
    public static string AllNames => Names.All;

    /// <summary>The name in documents, such as <c>drifted</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this AgentProbeOutcome outcome) => Names.Of(outcome);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static AgentProbeOutcome? TryParse(string? name) => Names.TryParse(name);
}
