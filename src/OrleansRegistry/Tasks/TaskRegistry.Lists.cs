using OrleansRegistry.Grains;
using OrleansRegistry.Model;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Tasks;

/// <summary>Lists and counts, from the store.</summary>
internal sealed partial class TaskRegistry
{
    private static readonly IReadOnlyDictionary<TaskState, long> NoTasks = new Dictionary<TaskState, long>();

    public async Task<TaskPage> ListAsync(Caller caller, TaskQuery query, CancellationToken cancellationToken = default)
    {
        var filter = Filter(caller, query);
        LogTokens.CheckPageSize(query.PageSize, TaskQuery.MaxPageSize);
        var binding = $"tasks\n{caller.Tenant}\n{caller.Subject}\n{query.ContextId}\n{string.Join(',', query.States.Order())}\n{query.AgentId}\n{query.UpdatedSince?.UtcTicks}\n{query.HasWebhook}";
        var after = LogTokens.ReadRecord(query.PageToken, caller.Tenant, binding);
        if (!await MayHave(filter, cancellationToken))
        {
            return new TaskPage([], null, query.CountTotal ? 0 : null);
        }

        var found = await store.ListTasksAsync(filter, after, query.PageSize + 1, cancellationToken);
        var heads = found.Take(query.PageSize).Select(TaskHeadCodec.Read).ToList();
        var tasks = await Task.WhenAll(heads.Select(head => Load(caller, head, query.View)));
        var next = found.Count > query.PageSize ? LogTokens.Make(heads[^1].Status.Timestamp, heads[^1].Id, binding) : null;
        var total = query.CountTotal ? (await store.CountTasksAsync(filter, cancellationToken)).Values.Sum() : (long?)null;
        return new TaskPage([.. tasks.OfType<TaskRecord>()], next, total);
    }

    public async Task<IReadOnlyDictionary<TaskState, long>> CountAsync(Caller caller, TaskQuery query, CancellationToken cancellationToken = default)
    {
        var filter = Filter(caller, query);
        return await MayHave(filter, cancellationToken) ? await store.CountTasksAsync(filter, cancellationToken) : NoTasks;
    }

    /// <summary>False where the context is another owner's, whose tasks are not to be walked through for none, or where there is no such context.</summary>
    private async ValueTask<bool> MayHave(TaskFilter filter, CancellationToken cancellationToken) =>
        filter.ContextId is not { } id
        || (await store.ReadAsync(RecordKind.Context, new RecordKey(filter.Tenant!, id), cancellationToken) is { } context
            && ContextFields.Of(context).Owner == filter.Owner);

    /// <summary>Null where it was deleted since it was listed.</summary>
    private Task<TaskRecord?> Load(Caller caller, TaskHead head, TaskView view) => LoadAsOf(head, view, () => Strong(caller, head.Id));

    private static TaskFilter Filter(Caller caller, TaskQuery query)
    {
        TaskRules.CheckCaller(caller);
        if (query.ContextId is not null)
        {
            AgentRules.CheckId(query.ContextId, "context_id");
        }

        if (query.AgentId is not null)
        {
            AgentRules.CheckId(query.AgentId);
        }

        return new TaskFilter(caller.Tenant)
        {
            Owner = caller.Subject,
            ContextId = query.ContextId,
            States = query.States,
            AgentId = query.AgentId,
            Since = query.UpdatedSince,
            HasWebhook = query.HasWebhook,
        };
    }
}
