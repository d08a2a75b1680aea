namespace OrleansRegistry;

/// <summary>What a ranked search goes by.</summary>
public enum AgentSearchMode
{
    /// <summary>The words of the query.</summary>
    Text,

    /// <summary>What the query means, whatever its words.</summary>
    Meaning,

    /// <summary>Both.</summary>
    Hybrid,

    /// <summary>
    /// Each vector of an agent that is near enough to the query's (<see cref="AgentQuery.Threshold"/>): 0.6 of the nearest cosine, 0.3 of the mean of the
    /// nearest three, and 0.1 for five of them, or as much less as there are fewer. As a2a-registry ranks.
    /// </summary>
    Vector,
}

/// <summary>How a ranked search was answered.</summary>
/// <param name="Mode">What it went by.</param>
/// <param name="Fallback">Why it went by words alone where meaning was to count; else null.</param>
/// <param name="Waiting">How many agents of the tenant are not found by their meaning yet, or by an older card's.</param>
public sealed record AgentSearchInfo(AgentSearchMode Mode, string? Fallback, int Waiting);

/// <summary>The names of search modes.</summary>
internal static class AgentSearchModes
{
    private static readonly EnumNames<AgentSearchMode> Names = new(
        (AgentSearchMode.Text, "text"),
        (AgentSearchMode.Meaning, "meaning"),
        (AgentSearchMode.Hybrid, "hybrid"),
        (AgentSearchMode.Vector, "vector"));

    /// <summary>For messages: <c>text, meaning, hybrid or vector</c>.</summary>
    public static string AllNames => Names.All;

    /// <summary>As it is called in requests and answers: <c>hybrid</c>.</summary>
    public static string ToName(this AgentSearchMode mode) => Names.Of(mode);

    /// <returns>Null where the text names none.</returns>
    public static AgentSearchMode? TryParse(string text) => Names.TryParse(text);
}
