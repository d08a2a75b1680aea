namespace OrleansRegistry;

/// <summary>What a watch of agents tells.</summary>
public enum AgentEventKind
{
    /// <summary>An agent of the query as it is; comes before everything else where a watch begins, or begins anew.</summary>
    Present,

    /// <summary>
    /// Everything up to the event's revision has been told, and changes follow: after the agents that there are, and from time to time where
    /// nothing happens to those of the query.
    /// </summary>
    Synced,

    /// <summary>A new agent, which the query finds.</summary>
    Registered,

    /// <summary>An agent of the query has changed.</summary>
    Updated,

    /// <summary>
    /// An agent of the query was enabled or disabled, or its <see cref="AgentRecord.Health"/> or
    /// <see cref="AgentRecord.Instances"/> changed, and its card did not.
    /// </summary>
    Status,

    /// <summary>An agent of the query was removed.</summary>
    Removed,

    /// <summary>An agent has changed so that the query finds it now.</summary>
    Entered,

    /// <summary>An agent has changed so that the query finds it no longer.</summary>
    Left,

    /// <summary>What happened in between is not known any more: forget what was told; all agents of the query follow.</summary>
    Reset,
}

/// <summary>Something that happened to the agents of a query.</summary>
/// <param name="Revision">The registry revision up to which everything is told with this event; null where more of the same follows, and 0 for
/// <see cref="AgentEventKind.Reset"/>: nothing is.</param>
/// <param name="AgentId">Null for <see cref="AgentEventKind.Synced"/> and <see cref="AgentEventKind.Reset"/>.</param>
/// <param name="Agent">The agent as it is after that, or later; null where it is removed, or the event is about none.</param>
public sealed record AgentEvent(AgentEventKind Kind, long? Revision, string? AgentId, AgentRecord? Agent)
{
    /// <summary>The name of a kind, such as <c>registered</c>.</summary>
    internal static string NameOf(AgentEventKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>The kind of that name; null where there is none.</summary>
    internal static AgentEventKind? KindOf(string name) =>
        Enum.TryParse<AgentEventKind>(name, ignoreCase: true, out var kind) && NameOf(kind) == name ? kind : null;
}
