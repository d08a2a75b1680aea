namespace OrleansRegistry;

/// <summary>How new an answer must be.</summary>
public enum ReadConsistency
{
    /// <summary>From memory. An agent from this node's: at least as new as every write that this node answered. A task from its writer's, wherever that is.</summary>
    Local,

    /// <summary>From the one writer, or from the store that several processes share: at least as new as every write that any node answered.</summary>
    Strong,
}

/// <summary>
/// The registry of agents. Every member refuses with a <see cref="RegistryException"/>. A write is durable, and is
/// seen by every later read on this node, before it is answered.
/// </summary>
public interface IAgentRegistry
{
    /// <summary>The newest registry revision that this node has seen. It means the same on every node.</summary>
    long Revision { get; }

    /// <summary>Completes once this node has seen <paramref name="revision"/>.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Conflict"/>: it is larger than the newest of the store, which has gone back since, or is another registry's.
    /// <see cref="RegistryError.Unavailable"/>: it did not come within five seconds.
    /// </exception>
    ValueTask WaitForRevisionAsync(long revision, CancellationToken cancellationToken = default);

    /// <summary>Registers an agent, or replaces the one with that id. Who registers a new agent owns it; a replacement by another subject leaves owner and workers.</summary>
    Task<AgentWriteResult> RegisterAsync(Caller caller, AgentRegistration registration, CancellationToken cancellationToken = default);

    /// <summary>Registers each entry as <see cref="RegisterAsync"/> would; one that is refused spoils no other. Results in the order of the entries.</summary>
    Task<IReadOnlyList<AgentBatchResult>> RegisterManyAsync(Caller caller, IReadOnlyList<AgentRegistration> registrations, CancellationToken cancellationToken = default);

    /// <summary>Changes a part of a registered agent.</summary>
    Task<AgentWriteResult> PatchAsync(Caller caller, string id, AgentPatch patch, CancellationToken cancellationToken = default);

    /// <summary>Removes an agent.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: another subject owns it.</exception>
    Task<AgentRemoval> RemoveAsync(Caller caller, string id, WriteCondition condition = default, CancellationToken cancellationToken = default);

    /// <summary>The agent, or null.</summary>
    ValueTask<AgentRecord?> GetAsync(Caller caller, string id, ReadConsistency consistency = ReadConsistency.Local, CancellationToken cancellationToken = default);

    /// <summary>Agents in the order of their ids.</summary>
    /// <param name="query">Null: all.</param>
    ValueTask<AgentPage> ListAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>All tags with their counts, most used first.</summary>
    ValueTask<IReadOnlyList<FacetCount>> GetTagsAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>All categories with their counts, most used first.</summary>
    ValueTask<IReadOnlyList<FacetCount>> GetCategoriesAsync(Caller caller, CancellationToken cancellationToken = default);

    ValueTask<AgentStats> GetStatsAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>A page of the extensions that agents declare, in the order of their uris.</summary>
    /// <param name="query">Null: all.</param>
    ValueTask<ExtensionPage> ListExtensionsAsync(Caller caller, ExtensionQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>The extension, or null.</summary>
    ValueTask<ExtensionInfo?> GetExtensionAsync(Caller caller, string uri, CancellationToken cancellationToken = default);

    /// <summary>The extensions that an agent declares, in the order of their uris; null where there is no such agent.</summary>
    ValueTask<IReadOnlyList<ExtensionInfo>?> GetAgentExtensionsAsync(Caller caller, string id, CancellationToken cancellationToken = default);
}
