namespace OrleansRegistry;

/// <summary>How far an agent is in its life. The numbers go between silos and the names are stored: never reuse one.</summary>
[GenerateSerializer, Alias("registry.AgentLifeCycle")]
public enum AgentLifeCycle : byte
{
    /// <summary>It serves, and is found.</summary>
    Active = 0,
    /// <summary>It is not ready: found only by who asks for drafts, and takes no tasks from clients. Only a new agent can be one.</summary>
    Draft = 1,
    /// <summary>It still serves, but not for long: see <see cref="AgentDeprecation"/>.</summary>
    Deprecated = 2,
    /// <summary>It serves no more: takes no new tasks from clients. Its owner may make it active again.</summary>
    Retired = 3,
}

/// <summary>What takes the place of an agent that is deprecated or retired.</summary>
/// <param name="Message">Up to <see cref="MaxMessage"/> characters. In a command null keeps what was said; empty takes it back by a patch.</param>
/// <param name="Successor">The id of the agent to use in its place, which need not be registered. In a command as the message.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentDeprecation")]
public sealed record AgentDeprecation([property: Id(0)] string? Message = null, [property: Id(1)] string? Successor = null)
{
    /// <summary>The most characters of a message.</summary>
    public const int MaxMessage = 1000;

    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}

/// <summary>Names of <see cref="AgentLifeCycle"/>.</summary>
public static class AgentLifeCycles
{
    private static readonly EnumNames<AgentLifeCycle> Names = new(
        (AgentLifeCycle.Draft, "draft"),
        (AgentLifeCycle.Active, "active"),
        (AgentLifeCycle.Deprecated, "deprecated"),
        (AgentLifeCycle.Retired, "retired"));

    /// <summary>All names, for messages: <c>draft, active, deprecated or retired</c>.</summary>
    public static string AllNames => Names.All;

    /// <summary>The name in documents, such as <c>active</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this AgentLifeCycle lifeCycle) => Names.Of(lifeCycle);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static AgentLifeCycle? TryParse(string? name) => Names.TryParse(name);

    /// <summary>Whether the value is one of the enumeration.</summary>
    internal static bool IsKnown(AgentLifeCycle lifeCycle) => Names.Has(lifeCycle);

    /// <summary>Whether an agent in that state takes new tasks from clients.</summary>
    internal static bool TakesTasks(this AgentLifeCycle lifeCycle) => lifeCycle is AgentLifeCycle.Active or AgentLifeCycle.Deprecated;
}
