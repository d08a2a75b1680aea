namespace OrleansRegistry;

/// <summary>How recent an answer must be.</summary>
public enum ReadConsistency
{
    /// <summary>
    /// Reads memory. For an agent, this node's copy, at least as new as every write that this node answered; for a task, its grain's state.
    /// </summary>
    Local,

    /// <summary>
    /// Reads from the single writer, or from the store that several processes share: at least as new as every write that any node answered.
    /// </summary>
    Strong,
}

/// <summary>
/// The registry of agents. Every member throws <see cref="RegistryException"/> for requests it cannot serve: invalid input is
/// <see cref="RegistryError.Invalid"/>, an unknown agent to change is <see cref="RegistryError.NotFound"/>, a condition that does not hold is
/// <see cref="RegistryError.Conflict"/>. A write returns once it is durable and visible to every later read on this node.
/// </summary>
public interface IAgentRegistry
{
    /// <summary>The newest registry revision that this node has seen. Revisions are comparable between nodes.</summary>
    long Revision { get; }

    /// <summary>Completes once this node has seen <paramref name="revision"/>.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Conflict"/>: the store's newest revision is smaller: the store was restored from a backup, or the revision is of
    /// another registry.
    /// <see cref="RegistryError.Unavailable"/>: this node did not reach it within five seconds.
    /// </exception>
    ValueTask WaitForRevisionAsync(long revision, CancellationToken cancellationToken = default);

    /// <summary>
    /// Registers an agent, or replaces the one with that id. The registering subject owns a new agent; a replacement by another subject keeps owner
    /// and workers.
    /// </summary>
    Task<AgentWriteResult> RegisterAsync(Caller caller, AgentRegistration registration, CancellationToken cancellationToken = default);

    /// <summary>
    /// Registers each entry as <see cref="RegisterAsync"/> would; a refused entry does not affect the others. Results are in the order of the
    /// entries.
    /// </summary>
    Task<IReadOnlyList<AgentBatchResult>> RegisterManyAsync(
        Caller caller,
        IReadOnlyList<AgentRegistration> registrations,
        CancellationToken cancellationToken = default);

    /// <summary>Changes a part of a registered agent.</summary>
    Task<AgentWriteResult> PatchAsync(Caller caller, string id, AgentPatch patch, CancellationToken cancellationToken = default);

    /// <summary>
    /// Fetches an agent's card anew from where it is from (<see cref="AgentRecord.Source"/>), and replaces it if it has changed; else nothing is written.
    /// </summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Forbidden"/>: another subject owns the agent. <see cref="RegistryError.Invalid"/>: its card was not fetched, or there is no
    /// card now; the agent keeps what it has.
    /// </exception>
    Task<AgentRefresh> RefreshAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Removes an agent.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: another subject owns the agent.</exception>
    Task<AgentRemoval> RemoveAsync(Caller caller, string id, WriteCondition condition = default, CancellationToken cancellationToken = default);

    /// <summary>Reads an agent; null when it does not exist.</summary>
    ValueTask<AgentRecord?> GetAsync(
        Caller caller,
        string id,
        ReadConsistency consistency = ReadConsistency.Local,
        CancellationToken cancellationToken = default);

    /// <summary>Lists agents in the ordinal order of their ids.</summary>
    /// <param name="query">Null for all agents.</param>
    ValueTask<AgentPage> ListAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Yields the agents of a query as they are, then <see cref="AgentEventKind.Synced"/>, and then what happens to them, in the order of revisions,
    /// without an end. An agent may be told of twice in the same state, never out of order. Whoever falls too far behind gets
    /// <see cref="AgentEventKind.Reset"/> and all agents again. Costs no grain calls.
    /// </summary>
    /// <param name="query">Null for all agents. Neither ranked nor paged.</param>
    /// <param name="afterRevision">The <see cref="AgentEvent.Revision"/> up to which the caller knows everything, from any node: then what happened since
    /// comes alone, where it is still held.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the query ranks, or is paged.</exception>
    IAsyncEnumerable<AgentEvent> WatchAsync(
        Caller caller, AgentQuery? query = null, long? afterRevision = null, CancellationToken cancellationToken = default);

    /// <summary>All tags with their counts, most used first.</summary>
    ValueTask<IReadOnlyList<FacetCount>> GetTagsAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>All categories with their counts, most used first.</summary>
    ValueTask<IReadOnlyList<FacetCount>> GetCategoriesAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>The figures of the tenant's agents.</summary>
    ValueTask<AgentStats> GetStatsAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>Lists the extensions that agents declare, in the ordinal order of their URIs.</summary>
    /// <param name="query">Null for all extensions.</param>
    ValueTask<ExtensionPage> ListExtensionsAsync(Caller caller, ExtensionQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>Reads an extension; null when no agent declares it, or the policy does not list it.</summary>
    ValueTask<ExtensionInfo?> GetExtensionAsync(Caller caller, string uri, CancellationToken cancellationToken = default);

    /// <summary>The extensions that an agent declares, in the ordinal order of their URIs; null when the agent does not exist.</summary>
    ValueTask<IReadOnlyList<ExtensionInfo>?> GetAgentExtensionsAsync(Caller caller, string id, CancellationToken cancellationToken = default);
}
