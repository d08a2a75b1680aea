using System.Collections.Concurrent;
using OrleansRegistry.Grains;
using OrleansRegistry.Model;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Tasks;

/// <summary>Lists and counts, from the store.</summary>
internal sealed partial class TaskRegistry
{
    private const int AtOnce = 8;

    private static readonly IReadOnlyDictionary<TaskState, long> NoTasks = new Dictionary<TaskState, long>();

    public async Task<TaskPage> ListAsync(Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new TaskQuery();
        var filter = Filter(caller, query);
        PageLimit.Tasks.Check(query.PageSize);
        var binding = $"tasks\n{caller.Tenant}\n{caller.Subject}\n{caller.SeesAllOwners}\n{query.ContextId}\n{string.Join(',', query.States.Order())}\n{query.AgentId}\n{query.UpdatedSince?.UtcTicks}\n{query.HasWebhook}";
        var after = LogTokens.ReadRecord(query.PageToken, caller.Tenant, binding);
        if (!await MayHave(filter, cancellationToken))
        {
            return new TaskPage([], null, query.CountTotal ? 0 : null);
        }

        var page = new AnswerBudget<TaskRecord>(query.PageSize, rules.MaxLoadBytes);
        var unreadable = new List<string>();
        var next = await Collect(caller, filter, after, query.View, page, unreadable, cancellationToken);
        var total = query.CountTotal ? (await store.CountTasksAsync(filter, cancellationToken)).Values.Sum() : (long?)null;
        return new TaskPage(page.Taken, next is { } last ? LogTokens.Make(last.At, last.Key.Id, binding) : null, total) { Unreadable = unreadable };
    }

    /// <summary>Fills a page. Only so much is loaded at once as the page has room for, and one task at least.</summary>
    /// <returns>The last task that the page has or leaves out; null where there are no more after it.</returns>
    private async Task<RecordPosition?> Collect(
        Caller caller,
        TaskFilter filter,
        RecordPosition? after,
        TaskView view,
        AnswerBudget<TaskRecord> page,
        List<string> unreadable,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var limit = page.Limit;
            var found = await store.ListTasksAsync(filter, after, limit, cancellationToken);
            for (var at = 0; at < found.Count;)
            {
                var group = Group(found, at, view, page);
                var loaded = await Task.WhenAll(group.Select(head => Load(caller, head, view)));
                for (var i = 0; i < loaded.Length; i++, at++)
                {
                    var (task, isUnreadable) = loaded[i];
                    if (isUnreadable ? !page.TrySkip() : task is not null && !page.TryTake(task, task.ContentBytes))
                    {
                        return after;
                    }

                    if (isUnreadable)
                    {
                        unreadable.Add(found[at].Key.Id);
                    }

                    after = new RecordPosition(group[i]?.Status.Timestamp ?? TaskFields.PlaceOf(found[at]), found[at].Key);
                }
            }

            if (found.Count < limit)
            {
                return null;
            }
        }
    }

    /// <summary>The next heads whose tasks have room on the page, so that they can be loaded at once; null in the place of one that cannot be read.</summary>
    private List<TaskHead?> Group(IReadOnlyList<StoredRecord> found, int from, TaskView view, AnswerBudget<TaskRecord> page)
    {
        var (group, bytes) = (new List<TaskHead?>(), 0L);
        for (var i = from; i < found.Count && group.Count < AtOnce; i++)
        {
            var head = faulty.TryRead(RecordKind.Task, found[i], TaskHeadCodec.Read);
            bytes += head is null ? 0 : loader.MostBytes(head, view);
            if (group.Count > 0 && bytes > page.LeftBytes)
            {
                break;
            }

            page.Saw(found[i].Body.Document.Length + found[i].Body.Fields.Length);
            group.Add(head);
        }

        return group;
    }

    public async Task<IReadOnlyDictionary<TaskState, long>> CountAsync(
        Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default)
    {
        var filter = Filter(caller, query ?? new TaskQuery());
        return await MayHave(filter, cancellationToken) ? await store.CountTasksAsync(filter, cancellationToken) : NoTasks;
    }

    /// <summary>False where the context is another owner's, whose tasks are not to be walked through for none, or where there is no such context.</summary>
    private async ValueTask<bool> MayHave(TaskFilter filter, CancellationToken cancellationToken) =>
        filter.ContextId is not { } id
        || (await store.ReadAsync(RecordKind.Context, new RecordKey(filter.Tenant!, id), cancellationToken) is { } context
            && (faulty.TryRead(RecordKind.Context, context, ContextHeadCodec.Read) is not { } head || filter.Owner is null || head.Context.Owner == filter.Owner));

    /// <summary>No task where it was deleted since it was listed, or cannot be read.</summary>
    private async Task<(TaskRecord? Task, bool IsUnreadable)> Load(Caller caller, TaskHead? head, TaskView view)
    {
        try
        {
            return head is null ? (null, true) : (await LoadAsOf(head, view, () => Strong(caller, head.Id)), false);
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            return (null, true);
        }
    }

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
            Owner = caller.SeesAllOwners ? null : caller.Subject,
            Owned = caller.SeesAllOwners,
            ContextId = query.ContextId,
            States = query.States,
            AgentId = query.AgentId,
            Since = query.UpdatedSince,
            HasWebhook = query.HasWebhook,
        };
    }
}
