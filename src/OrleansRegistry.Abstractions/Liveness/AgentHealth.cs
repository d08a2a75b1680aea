namespace OrleansRegistry;

/// <summary>Whether an agent with a lease still beats. The numbers are stored: never reuse one.</summary>
[GenerateSerializer, Alias("registry.AgentHealth")]
public enum AgentHealth : byte
{
    /// <summary>It beat within half of its lease, or its lease has just begun.</summary>
    Healthy = 1,
    /// <summary>It has not beaten for half of its lease.</summary>
    Unhealthy = 2,
    /// <summary>It has not beaten for all of its lease.</summary>
    Expired = 3,
}

/// <summary>Names of <see cref="AgentHealth"/>.</summary>
public static class AgentHealths
{
    private static readonly EnumNames<AgentHealth> Names = new(
        (AgentHealth.Healthy, "healthy"),
        (AgentHealth.Unhealthy, "unhealthy"),
        (AgentHealth.Expired, "expired"));

    /// <summary>All names, for messages: <c>healthy, unhealthy or expired</c>.</summary>
    public static string AllNames => Names.All;

    /// <summary>The name in documents, such as <c>healthy</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this AgentHealth health) => Names.Of(health);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static AgentHealth? TryParse(string? name) => Names.TryParse(name);
}
