namespace OrleansRegistry.Trust;

/// <summary><see cref="IAgentRegistry"/> for callers.</summary>
internal sealed class GuardedAgents(AgentRegistry agents, Operations operations, AgentOwnership ownership) : IAgentRegistry
{
    public long Revision => agents.Revision;

    public ValueTask WaitForRevisionAsync(long revision, CancellationToken cancellationToken = default) =>
        agents.WaitForRevisionAsync(revision, cancellationToken);

    public Task<AgentWriteResult> RegisterAsync(Caller caller, AgentRegistration registration, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            AgentOperations.Register,
            caller,
            registration.Id,
            () => agents.RegisterAsync(caller, registration, cancellationToken),
            result => result.Agent.Id);

    public Task<IReadOnlyList<AgentBatchResult>> RegisterManyAsync(
        Caller caller, IReadOnlyList<AgentRegistration> registrations, CancellationToken cancellationToken = default) => operations.RunManyAsync(
        AgentOperations.RegisterMany,
        caller,
        null,
        () => agents.RegisterManyAsync(caller, registrations, cancellationToken),
        results => [.. results.Where(result => result.Written is not null).Select(result => result.Written!.Agent.Id)],
        results => results.Where(result => result.Refused is not null).Select(result => (result.Id, result.Refused!)));

    public Task<AgentWriteResult> PatchAsync(Caller caller, string id, AgentPatch patch, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            AgentOperations.Patch, caller, id, () => agents.PatchAsync(ownership.Acting(caller, id), id, patch, cancellationToken));

    public Task<AgentRefresh> RefreshAsync(Caller caller, string id, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.Refresh, caller, id, () => agents.RefreshAsync(ownership.Acting(caller, id), id, cancellationToken));

    public Task<AgentRemoval> RemoveAsync(
        Caller caller, string id, WriteCondition condition = default, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.Remove, caller, id, () => agents.RemoveAsync(ownership.Acting(caller, id), id, condition, cancellationToken));

    public ValueTask<AgentRecord?> GetAsync(
        Caller caller, string id, ReadConsistency consistency = ReadConsistency.Local, CancellationToken cancellationToken = default) =>
        agents.GetAsync(Reading(caller), id, consistency, cancellationToken);

    public ValueTask<AgentPage> ListAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default) =>
        agents.ListAsync(Reading(caller), query, cancellationToken);

    public IAsyncEnumerable<AgentEvent> WatchAsync(
        Caller caller, AgentQuery? query = null, long? afterRevision = null, CancellationToken cancellationToken = default) =>
        agents.WatchAsync(Reading(caller), query, afterRevision, cancellationToken);

    public ValueTask<IReadOnlyList<FacetCount>> GetTagsAsync(Caller caller, CancellationToken cancellationToken = default) =>
        agents.GetTagsAsync(Reading(caller), cancellationToken);

    public ValueTask<IReadOnlyList<FacetCount>> GetCategoriesAsync(Caller caller, CancellationToken cancellationToken = default) =>
        agents.GetCategoriesAsync(Reading(caller), cancellationToken);

    public ValueTask<AgentStats> GetStatsAsync(Caller caller, CancellationToken cancellationToken = default) =>
        agents.GetStatsAsync(Reading(caller), cancellationToken);

    public ValueTask<ExtensionPage> ListExtensionsAsync(
        Caller caller, ExtensionQuery? query = null, CancellationToken cancellationToken = default) =>
        agents.ListExtensionsAsync(Reading(caller), query, cancellationToken);

    public ValueTask<ExtensionInfo?> GetExtensionAsync(Caller caller, string uri, CancellationToken cancellationToken = default) =>
        agents.GetExtensionAsync(Reading(caller), uri, cancellationToken);

    public ValueTask<IReadOnlyList<ExtensionInfo>?> GetAgentExtensionsAsync(
        Caller caller, string id, CancellationToken cancellationToken = default) =>
        agents.GetAgentExtensionsAsync(Reading(caller), id, cancellationToken);

    private Caller Reading(Caller caller) => operations.Admit(AgentOperations.Read, caller);
}
