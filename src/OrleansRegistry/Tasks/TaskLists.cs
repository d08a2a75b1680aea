namespace OrleansRegistry.Tasks;

/// <summary>What grains ask of the store's lists.</summary>
internal sealed class TaskLists(IRecordStore store, [RegistryTime] TimeProvider time)
{
    private static readonly RecordCondition? IsOpen = TaskKind.IsIn([.. TaskStates.All.Where(state => !state.IsTerminal())]);
    private static readonly RecordCondition? IsSubmitted = TaskKind.IsIn([TaskState.Submitted]);

    public Task<IReadOnlyList<string>> TasksOfContextAsync(string tenant, string contextId, int limit) =>
        QueryIdsAsync(Of(tenant, TaskKind.ContextId.Is(contextId)), limit);

    public async Task<bool> IsContextInUseAsync(string tenant, string contextId, DateTimeOffset cutoff)
    {
        var tasks = Of(tenant, TaskKind.ContextId.Is(contextId));
        return (await QueryIdsAsync(tasks.And(TaskKind.StatusAt.IsFrom(cutoff)), 1)).Count > 0
            || (await QueryIdsAsync(tasks.And(IsOpen), 1)).Count > 0;
    }

    public Task<IReadOnlyList<string>> SubmittedToAsync(string tenant, string agentId, string? owner, int limit) =>
        QueryIdsAsync(OldestFirst(tenant, TaskKind.AgentId.Is(agentId), owner is null ? null : TaskKind.Owner.Is(owner), IsSubmitted), limit);

    public Task<IReadOnlyList<string>> ExpiredLeasesAsync(string tenant, string agentId, int limit) =>
        QueryIdsAsync(OldestFirst(tenant, TaskKind.AgentId.Is(agentId), TaskKind.LeaseExpiresAt.IsBefore(time.GetUtcNow())), limit);

    private static RecordQuery Of(string tenant, params ReadOnlySpan<RecordCondition?> conditions) =>
        new RecordQuery(TaskKind.Kind, tenant).And(conditions);

    private static RecordQuery OldestFirst(string tenant, params ReadOnlySpan<RecordCondition?> conditions) =>
        Of(tenant, conditions) with { OldestFirst = true };

    private async Task<IReadOnlyList<string>> QueryIdsAsync(RecordQuery query, int limit)
    {
        var found = await store.QueryKeysAsync(query, null, limit);
        var ids = new string[found.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = found[i].Key.Id;
        }

        return ids;
    }
}
