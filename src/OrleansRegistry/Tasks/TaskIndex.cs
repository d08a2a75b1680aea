using OrleansRegistry.Grains;
using OrleansRegistry.Model;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Tasks;

/// <summary>What grains ask of the store's lists.</summary>
internal sealed class TaskIndex(IRecordStore store, [RegistryTime] TimeProvider time) : ITaskIndex
{
    private static readonly IReadOnlyList<TaskState> Open = [.. TaskStates.All.Where(state => !state.IsTerminal())];

    public Task<IReadOnlyList<string>> TasksOfContext(string tenant, string contextId, int limit) =>
        Ids(new TaskFilter(tenant) { ContextId = contextId }, limit);

    public async Task<bool> IsContextInUse(string tenant, string contextId, DateTimeOffset cutoff)
    {
        var tasks = new TaskFilter(tenant) { ContextId = contextId };
        return (await Ids(tasks with { Since = cutoff }, 1)).Count > 0 || (await Ids(tasks with { States = Open }, 1)).Count > 0;
    }

    public Task<IReadOnlyList<string>> SubmittedTo(string tenant, string agentId, string? owner, int limit) =>
        Ids(new TaskFilter(tenant) { AgentId = agentId, Owner = owner, States = [TaskState.Submitted], OldestFirst = true }, limit);

    public Task<IReadOnlyList<string>> ExpiredLeases(string tenant, string agentId, int limit) =>
        Ids(new TaskFilter(tenant) { AgentId = agentId, LeaseBefore = time.GetUtcNow(), OldestFirst = true }, limit);

    private async Task<IReadOnlyList<string>> Ids(TaskFilter filter, int limit)
    {
        var found = await store.ListTaskKeysAsync(filter, null, limit);
        var ids = new string[found.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = found[i].Key.Id;
        }

        return ids;
    }
}
