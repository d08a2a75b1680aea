namespace OrleansRegistry.Tasks;

/// <summary>
/// Lists in which each task is on one page, whatever changes meanwhile. A task that changes goes to the front, ahead of a reader that goes by
/// position. So what follows the first page is read at once, as keys, and held for the reader (<see cref="TaskListGrain"/>).
/// </summary>
internal sealed partial class TaskRegistry
{
    /// <returns>The token of the next page; null at the end.</returns>
    private async Task<string?> CollectStableAsync(
        Caller caller,
        TaskQuery query,
        RecordQuery filter,
        ListPlace? place,
        string binding,
        AnswerBudget<TaskRecord> page,
        List<string> unreadable,
        CancellationToken cancellationToken)
    {
        if (place is { List: { } list })
        {
            var (isHeld, token) = await CollectHeldAsync(caller, query, list, place, binding, page, unreadable, cancellationToken);
            if (isHeld)
            {
                return token;
            }
        }

        var after = place?.After;
        var next = await CollectAsync(caller, filter, after, query.View, page, unreadable, cancellationToken);
        return next is { } last ? await HoldAsync(caller, filter, binding, after, last, page, unreadable, cancellationToken) : null;
    }

    /// <summary>Holds what matches now and is not on the first page: in one read, so that no change can fall between two.</summary>
    /// <param name="after">Where the first page began.</param>
    /// <param name="last">Where it ended.</param>
    private async Task<string?> HoldAsync(
        Caller caller,
        RecordQuery filter,
        string binding,
        RecordPosition? after,
        RecordPosition last,
        AnswerBudget<TaskRecord> page,
        List<string> unreadable,
        CancellationToken cancellationToken)
    {
        var keys = await store.QueryKeysAsync(filter, after, RecordRules.MaxKeys, cancellationToken);
        var shown = new HashSet<string>(page.Taken.Select(task => task.Id).Concat(unreadable), StringComparer.Ordinal);
        var left = keys.Where(key => !shown.Contains(key.Key.Id)).ToList();
        var isCut = keys.Count == RecordRules.MaxKeys;
        if (left.Count == 0 && !isCut)
        {
            return null;
        }

        var list = DerivedId.Random();
        var held = HeldList.Of(binding, caller.Subject, left, isCut);
        return await GrainCalls.RunAsync(lists.Get(caller.Tenant, list), grain => grain.Hold(held))
            ? LogTokens.MakeHeld(list, 0, last, binding)
            : LogTokens.Make(last.At, last.Key.Id, binding);
    }

    /// <returns>Whether the list is held, and then the token of the next page; null at the end.</returns>
    private async Task<(bool IsHeld, string? Token)> CollectHeldAsync(
        Caller caller,
        TaskQuery query,
        string list,
        ListPlace place,
        string binding,
        AnswerBudget<TaskRecord> page,
        List<string> unreadable,
        CancellationToken cancellationToken)
    {
        var grain = lists.Get(caller.Tenant, list);
        var at = place.Index;
        var last = place.After;
        while (true)
        {
            var (from, count) = (at, page.Limit);
            var run = await GrainCalls.ReadAsync(grain, held => held.Read(binding, from, count));
            if (run is null)
            {
                // Forgotten since the last run of this page: what the page has stays, and the rest goes by position.
                return at == place.Index ? (false, null) : (true, LogTokens.Make(last.At, last.Key.Id, binding));
            }

            var (found, places) = await ReadHeldAsync(caller, run.Tasks, cancellationToken);
            var taken = await TakeAsync(caller, found, query.View, page, unreadable, head => Matches(caller, query, head));
            var passed = taken == found.Count ? run.Tasks.Count : places[taken];
            at += passed;
            if (passed > 0)
            {
                // A task that changed before the list was made stands ahead of where the first page ended, which is not to be shown again.
                last = Later(PositionOf(caller, run.Tasks[passed - 1]), place.After);
            }

            if (taken < found.Count)
            {
                return (true, LogTokens.MakeHeld(list, at, last, binding));
            }

            if (run.IsEnd)
            {
                return (true, run.IsCut ? LogTokens.Make(last.At, last.Key.Id, binding) : null);
            }
        }
    }

    /// <summary>The tasks that are there still, and where each stands in the run.</summary>
    private async Task<(List<ListedRecord> Found, List<int> Places)> ReadHeldAsync(
        Caller caller,
        IReadOnlyList<HeldTask> tasks,
        CancellationToken cancellationToken)
    {
        var records = await Task.WhenAll(
            tasks.Select(task => store.ReadAsync(TaskKind.Kind, new RecordKey(caller.Tenant, task.Id), cancellationToken).AsTask()));
        var found = new List<ListedRecord>(records.Length);
        var places = new List<int>(records.Length);
        for (var i = 0; i < records.Length; i++)
        {
            if (records[i] is { } record)
            {
                found.Add(new ListedRecord(PositionOf(caller, tasks[i]), record));
                places.Add(i);
            }
        }

        return (found, places);
    }

    /// <summary>The one of two places in a list that comes later: lists begin with the newest.</summary>
    private static RecordPosition Later(RecordPosition one, RecordPosition other)
    {
        var isLater = one.At == other.At ? string.CompareOrdinal(one.Key.Id, other.Key.Id) < 0 : one.At < other.At;
        return isLater ? one : other;
    }

    private static RecordPosition PositionOf(Caller caller, HeldTask task) =>
        new(DateTimeOffset.FromUnixTimeMilliseconds(task.At), new RecordKey(caller.Tenant, task.Id));

    /// <summary>Whether the task is still one of the list: it may have changed, or another one have its id by now.</summary>
    private bool Matches(Caller caller, TaskQuery query, TaskHead head) =>
        Access.MayRead(caller, head, leaseToken: null, time.GetUtcNow())
        && (query.ContextId is null || query.ContextId == head.ContextId)
        && (query.AgentId is null || query.AgentId == head.AgentId)
        && (query.States.Count == 0 || query.States.Contains(head.Status.State))
        && (query.UpdatedSince is null || head.Status.Timestamp >= query.UpdatedSince)
        && (!query.HasWebhook || head.Webhooks.Count > 0)
        && (!query.HasFailedWebhook || head.Webhooks.Any(webhook => webhook.Failure is not null));
}
