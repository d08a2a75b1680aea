namespace OrleansRegistry;

/// <summary>Who sees an agent. The numbers go between silos and the names are stored: never reuse one.</summary>
[GenerateSerializer, Alias("registry.AgentVisibility")]
public enum AgentVisibility : byte
{
    /// <summary>All of the tenant.</summary>
    Tenant = 0,
    /// <summary>
    /// Its owner, its workers, who manages agents, the subjects of <see cref="AgentSharing.VisibleTo"/>, and who has a grant for it. For others of the
    /// tenant it is not there.
    /// </summary>
    Named = 1,
    /// <summary>All of the tenant; and callers of other tenants read it by <see cref="IPublicAgents"/>.</summary>
    Public = 2,
}

/// <summary>Who may send an agent messages. The numbers go between silos and the names are stored: never reuse one.</summary>
[GenerateSerializer, Alias("registry.AgentSenders")]
public enum AgentSenders : byte
{
    /// <summary>Whoever sees it.</summary>
    Tenant = 0,
    /// <summary>Its owner, who manages agents, and who has a grant for that.</summary>
    Granted = 1,
}

/// <summary>With whom an agent is shared, as its owner said. An agent without it is seen by its tenant, and takes messages from all of it.</summary>
[GenerateSerializer, Immutable, Alias("registry.AgentSharing")]
public sealed record AgentSharing
{
    /// <summary>The most subjects that one agent names.</summary>
    public const int MaxSubjects = 100;

    /// <summary>Who sees it.</summary>
    [Id(0)]
    public AgentVisibility Visibility { get; init; }

    /// <summary>Of one that is for those named: the subjects that see it beside its owner and workers.</summary>
    [Id(1)]
    public IReadOnlyList<string> VisibleTo { get; init; } = [];

    /// <summary>Who may send it messages.</summary>
    [Id(2)]
    public AgentSenders MessagesFrom { get; init; }

    /// <summary>What holds where nothing was said.</summary>
    public static AgentSharing Usual { get; } = new();
}

/// <summary>What a registration or a patch says of an agent's sharing; only the agent's owner may.</summary>
[GenerateSerializer, Immutable, Alias("registry.AgentSharingChange")]
public sealed record AgentSharingChange
{
    /// <summary>Null keeps what was set; a new agent is seen by its tenant.</summary>
    [Id(0)]
    public AgentVisibility? Visibility { get; init; }

    /// <summary>
    /// Up to <see cref="AgentSharing.MaxSubjects"/> subjects, of an agent that is for those named, in place of those before; null keeps those. They go
    /// once it is for others.
    /// </summary>
    [Id(1)]
    public IReadOnlyList<string>? VisibleTo { get; init; }

    /// <summary>Null keeps what was set; a new agent takes messages from all who see it.</summary>
    [Id(2)]
    public AgentSenders? MessagesFrom { get; init; }
}

/// <summary>Names of <see cref="AgentVisibility"/>.</summary>
public static class AgentVisibilities
{
    private static readonly EnumNames<AgentVisibility> Names = new(
        (AgentVisibility.Tenant, "tenant"), (AgentVisibility.Named, "named"), (AgentVisibility.Public, "public"));

    /// <summary>All names, for messages: <c>tenant, named or public</c>.</summary>
    public static string AllNames => Names.All;

    /// <summary>The name in documents, such as <c>named</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this AgentVisibility visibility) => Names.Of(visibility);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static AgentVisibility? TryParse(string? name) => Names.TryParse(name);

    /// <summary>Whether the value is one of the enumeration.</summary>
    internal static bool IsKnown(AgentVisibility visibility) => Names.Has(visibility);
}

/// <summary>Names of <see cref="AgentSenders"/>.</summary>
public static class AgentSendersNames
{
    private static readonly EnumNames<AgentSenders> Names = new((AgentSenders.Tenant, "tenant"), (AgentSenders.Granted, "granted"));

    /// <summary>All names, for messages: <c>tenant or granted</c>.</summary>
    public static string AllNames => Names.All;

    /// <summary>The name in documents, such as <c>granted</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this AgentSenders senders) => Names.Of(senders);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static AgentSenders? TryParse(string? name) => Names.TryParse(name);

    /// <summary>Whether the value is one of the enumeration.</summary>
    internal static bool IsKnown(AgentSenders senders) => Names.Has(senders);
}
