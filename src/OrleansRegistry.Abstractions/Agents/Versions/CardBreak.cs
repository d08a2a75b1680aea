namespace OrleansRegistry;

/// <summary>Which cards an agent may be given. The numbers go between silos and the names are stored: never reuse one.</summary>
[GenerateSerializer, Alias("registry.AgentCompatibility")]
public enum AgentCompatibility : byte
{
    /// <summary>Any.</summary>
    None = 0,
    /// <summary>Those that do all that clients of the card before rely on; others are refused unless the owner forces them.</summary>
    Backward = 1,
}

/// <summary>Names of <see cref="AgentCompatibility"/>.</summary>
public static class AgentCompatibilities
{
    private static readonly EnumNames<AgentCompatibility> Names = new(
        (AgentCompatibility.None, "none"),
        (AgentCompatibility.Backward, "backward"));

    /// <summary>All names, for messages: <c>none or backward</c>.</summary>
    public static string AllNames => Names.All;

    /// <summary>The name in documents, such as <c>backward</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this AgentCompatibility compatibility) => Names.Of(compatibility);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static AgentCompatibility? TryParse(string? name) => Names.TryParse(name);
}

/// <summary>Something that clients of a card may rely on, and that a later card has no more, or demands anew.</summary>
/// <param name="Rule">
/// What it is: <c>skill_removed</c>, <c>interface_removed</c>, <c>input_mode_removed</c>, <c>output_mode_removed</c>, <c>capability_removed</c>,
/// <c>security_scheme_removed</c>, <c>security_scheme_changed</c>, <c>security_required</c> or <c>extension_required</c>.
/// </param>
/// <param name="Value">Which: the skill's id, the media type, the extension's URI, …</param>
/// <param name="Message">The same in words.</param>
[GenerateSerializer, Immutable, Alias("registry.CardBreak")]
public sealed record CardBreak([property: Id(0)] string Rule, [property: Id(1)] string Value, [property: Id(2)] string Message);
