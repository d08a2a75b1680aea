using System.Collections.Concurrent;

namespace OrleansRegistry.Tasks;

/// <summary>Lists and counts, from the store.</summary>
internal sealed partial class TaskRegistry
{
    private const int AtOnce = 8;

    private static readonly IReadOnlyDictionary<TaskState, long> NoTasks = new Dictionary<TaskState, long>();

    public Task<TaskPage> ListAsync(
        Caller caller,
        TaskQuery? query = null,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.task.list", caller, null, async _ =>
    {
        query ??= new TaskQuery();
        var filter = QueryOf(caller, query);
        PageLimit.Tasks.Check(query.PageSize);
        var binding =
            $"tasks\n{caller.Tenant}\n{caller.Subject}\n{caller.SeesAllOwners}\n{query.ContextId}\n{string.Join(',', query.States.Order())}"
            + $"\n{query.AgentId}\n{query.UpdatedSince?.UtcTicks}\n{query.HasWebhook}"
            + $"{(query.Stable ? "\nstable" : "")}{(query.HasFailedWebhook ? "\nfailed" : "")}";
        var place = LogTokens.ReadPlace(query.PageToken, caller.Tenant, binding);
        if (!await MayHaveAsync(caller, query, cancellationToken))
        {
            return new TaskPage([], null, query.CountTotal ? 0 : null);
        }

        var page = new AnswerBudget<TaskRecord>(query.PageSize, rules.MaxLoadBytes);
        var unreadable = new List<string>();
        var next = query.Stable
            ? await CollectStableAsync(caller, query, filter, place, binding, page, unreadable, cancellationToken)
            : TokenOf(await CollectAsync(caller, filter, place?.After, query.View, page, unreadable, cancellationToken), binding);
        var total = query.CountTotal ? (await CountAsync(filter, query.States, cancellationToken)).Values.Sum() : (long?)null;
        return new TaskPage(page.Taken, next, total) { Unreadable = unreadable };
    });

    private static string? TokenOf(RecordPosition? next, string binding) =>
        next is { } last ? LogTokens.Make(last.At, last.Key.Id, binding) : null;

    /// <summary>Fills a page. Only so much is loaded at once as the page has room for, and one task at least.</summary>
    /// <returns>The last task that the page has or leaves out; null where there are no more after it.</returns>
    private async Task<RecordPosition?> CollectAsync(
        Caller caller,
        RecordQuery query,
        RecordPosition? after,
        TaskView view,
        AnswerBudget<TaskRecord> page,
        List<string> unreadable,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var limit = page.Limit;
            var found = await store.QueryAsync(query, after, limit, cancellationToken);
            var taken = await TakeAsync(caller, found, view, page, unreadable, matches: null);
            after = taken > 0 ? found[taken - 1].Position : after;
            if (taken < found.Count)
            {
                return after;
            }

            if (found.Count < limit)
            {
                return null;
            }
        }
    }

    /// <summary>Puts records on the page, in their order, until it is full.</summary>
    /// <param name="matches">Passes over the tasks for which it is false; null for none.</param>
    /// <returns>How many of them it has or leaves out: all where there was room.</returns>
    private async Task<int> TakeAsync(
        Caller caller,
        IReadOnlyList<ListedRecord> found,
        TaskView view,
        AnswerBudget<TaskRecord> page,
        List<string> unreadable,
        Func<TaskHead, bool>? matches)
    {
        for (var at = 0; at < found.Count;)
        {
            var group = Group(found, at, view, page);
            var loaded = await Task.WhenAll(group.Select(head =>
                head is null || matches?.Invoke(head) != false ? LoadAsync(caller, head, view) : Task.FromResult<(TaskRecord?, bool)>(default)));
            for (var i = 0; i < loaded.Length; i++, at++)
            {
                var (task, isUnreadable) = loaded[i];
                if (isUnreadable ? !page.TrySkip() : task is not null && !page.TryTake(task, task.ContentBytes))
                {
                    return at;
                }

                if (isUnreadable)
                {
                    unreadable.Add(found[at].Record.Key.Id);
                }
            }
        }

        return found.Count;
    }

    /// <summary>
    /// The next heads whose tasks have room on the page, so that they can be loaded at once; null in the place of one that cannot be read.
    /// </summary>
    private List<TaskHead?> Group(IReadOnlyList<ListedRecord> found, int from, TaskView view, AnswerBudget<TaskRecord> page)
    {
        var group = new List<TaskHead?>();
        var bytes = 0L;
        for (var i = from; i < found.Count && group.Count < AtOnce; i++)
        {
            var head = faulty.TryRead(TaskKind.Kind, found[i].Record, TaskKind.Read);
            bytes += head is null ? 0 : loader.MostBytes(head, view);
            if (group.Count > 0 && bytes > page.LeftBytes)
            {
                break;
            }

            page.Saw(found[i].Record.Body.Document.Length + found[i].Record.Body.Fields.Length);
            group.Add(head);
        }

        return group;
    }

    public async Task<IReadOnlyDictionary<TaskState, long>> CountAsync(
        Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new TaskQuery();
        var filter = QueryOf(caller, query);
        return await MayHaveAsync(caller, query, cancellationToken) ? await CountAsync(filter, query.States, cancellationToken) : NoTasks;
    }

    /// <summary>How many match, by state; states that none has are left out.</summary>
    private async Task<IReadOnlyDictionary<TaskState, long>> CountAsync(
        RecordQuery filter,
        IReadOnlyList<TaskState> asked,
        CancellationToken cancellationToken)
    {
        TaskState[] states = asked.Count == 0 ? [.. TaskStates.All] : [.. asked.Distinct()];
        var groups = await store.GroupAsync(filter, TaskKind.State, Array.ConvertAll(states, state => state.ToV03()), first: 0, cancellationToken);
        return states.Zip(groups).Where(counted => counted.Second.Count > 0).ToDictionary(counted => counted.First, counted => counted.Second.Count);
    }

    /// <summary>
    /// False where the context is another owner's, whose tasks are not to be walked through for none, or where there is no such context.
    /// </summary>
    private async ValueTask<bool> MayHaveAsync(Caller caller, TaskQuery query, CancellationToken cancellationToken) =>
        query.ContextId is not { } id
        || (await store.ReadAsync(ContextKind.Kind, new RecordKey(caller.Tenant, id), cancellationToken) is { } context
            && (faulty.TryRead(ContextKind.Kind, context, ContextKind.Read) is not { } head || Access.MayRead(caller, head.Context.Owner)));

    /// <summary>No task where it was deleted since it was listed, or cannot be read.</summary>
    private async Task<(TaskRecord? Task, bool IsUnreadable)> LoadAsync(Caller caller, TaskHead? head, TaskView view)
    {
        try
        {
            return head is null ? (null, true) : (await LoadAsOfAsync(head, view, () => ReadStoredAsync(caller, head.Id)), false);
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            return (null, true);
        }
    }

    private static RecordQuery QueryOf(Caller caller, TaskQuery query)
    {
        Identifiers.CheckCaller(caller);
        if (query.ContextId is not null)
        {
            Identifiers.CheckId(query.ContextId, "context_id");
        }

        if (query.AgentId is not null)
        {
            Identifiers.CheckId(query.AgentId);
        }

        return new RecordQuery(TaskKind.Kind, caller.Tenant).And(
            Access.Listed(caller, TaskKind.Owner),
            query.ContextId is { } context ? TaskKind.ContextId.Is(context) : null,
            query.AgentId is { } agent ? TaskKind.AgentId.Is(agent) : null,
            query.UpdatedSince is { } since ? TaskKind.StatusAt.IsFrom(since) : null,
            query.HasWebhook ? TaskKind.HasWebhook.IsSet() : null,
            query.HasFailedWebhook ? TaskKind.HasFailedWebhook.IsSet() : null,
            TaskKind.IsIn(query.States));
    }
}
