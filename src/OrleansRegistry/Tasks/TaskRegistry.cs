using OrleansRegistry.Outbound;

namespace OrleansRegistry.Tasks;

/// <summary>The registry of tasks, made of grains (writes, and reads of one task) and the store (lists).</summary>
internal sealed partial class TaskRegistry(
    GrainReferences<ITaskGrain> taskGrains,
    GrainReferences<IContextGrain> contextGrains,
    GrainReferences<IFeedbackGrain> feedbackGrains,
    GrainReferences<IAgentWorkGrain> workGrains,
    GrainReferences<ITaskListGrain> lists,
    AgentSight sight,
    IRecordStore store,
    UnreadableRecords faulty,
    LogReader logs,
    ArtifactReader artifactReader,
    TaskLoader loader,
    TaskRules rules,
    RecentRemovals removals,
    OwnerClearing clearing,
    PushOptions push,
    ForwardedNews forwarded,
    TenantQuotas quotas,
    [RegistryTime] TimeProvider time) : ITaskRegistry
{
    /// <summary>Where webhooks may be; null where nothing is delivered to them.</summary>
    private readonly OutboundAddresses? receivers = push.Enabled ? push.Addresses : null;

    private readonly KnownIds known = new(store, TaskKind.Kind);

    public Task<TaskSubmitted> SubmitAsync(
        Caller caller,
        TaskSubmission submission,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.task.submit", caller, null, async span =>
    {
        var checkedOne = CheckedSubmission.Of(caller, submission, rules, receivers);
        span?.SetTag("registry.id", checkedOne.TaskId);
        var message = checkedOne.Message;
        var id = checkedOne.TaskId;
        var submitted = checkedOne.MayBeThere ? await GrainCalls.RunAsync(Grain(caller, id), task => task.Continue(message)) : null;
        if (submitted is null && submission.MustExist)
        {
            throw MustExist(id);
        }

        submitted ??= await quotas.RunAsync(Quota.OpenTasks, caller.Tenant, id, CreateAsync, created => created.Created);
        forwarded.Submitted(submitted.Task);
        return new TaskSubmitted(submitted.Task, submitted.Created, submitted.Repeated);

        Task<TaskSubmittedTo> CreateAsync() => GrainCalls.RunAsync(
            contextGrains.Get(caller.Tenant, checkedOne.ContextId),
            context => checkedOne.IsOfNewContext
                ? NewGrainHint.CallAsync(GrainKeys.For(caller.Tenant, checkedOne.ContextId), caller.Subject, () => context.CreateTask(id, message))
                : context.CreateTask(id, message));
    });

    public Task<TaskRecord?> GetAsync(Caller caller, string id, TaskView view = default, CancellationToken cancellationToken = default)
    {
        var grain = Grain(caller, id);
        return TaskLoader.WithHeadAsync(
            () => view.Consistency == ReadConsistency.Strong
            ? ReadStoredAsync(caller, id, view.LeaseToken)
            : ReadAsync(caller, grain, id, view.LeaseToken, view.SeenGeneration),
            head => loader.LoadAsync(head, view));
    }

    public async Task<ItemPage<RawJson>> ReadHistoryAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        string? leaseToken = null,
        CancellationToken cancellationToken = default)
    {
        var grain = Grain(caller, id);
        PageLimit.Items.Check(pageSize);
        return await TaskLoader.WithHeadAsync(
            () => ReadAsync(caller, grain, id, leaseToken),
            async head =>
            {
                var query = LogTokens.QueryOf("history", caller.Tenant, id, head.CreatedAt);
                var from = LogTokens.ReadPosition(pageToken, query);
                var run = await logs.ReadForwardAsync(LogName.HistoryOf(caller.Tenant, id), head.History, from, pageSize, rules.MaxLoadBytes);
                return new ItemPage<RawJson>(MessageItem.Read(run.Items), run.First, head.History.Count, LogTokens.Make(run.Next, query));
            }) ?? throw NotFound();
    }

    public Task<TaskRecord> UpdateAsync(
        Caller caller,
        string id,
        TaskUpdate update,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.task.update", caller, id, async _ =>
    {
        var grain = Grain(caller, id);
        var change = CheckedUpdate.Of(caller, update, rules);
        await CheckKnownAsync(caller, id);
        return await GrainCalls.RunAsync(grain, task => task.Update(change));
    });

    public Task<TaskSubmitted> PutAsync(
        Caller caller,
        string id,
        TaskPut task,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.task.put", caller, id, async _ =>
    {
        var grain = Grain(caller, id);
        var whole = CheckedWhole.Of(caller, task, rules, time.GetUtcNow());
        var put = await IsUnknownAsync(caller, id) ? null : await GrainCalls.RunAsync(grain, known => known.Put(whole, null));
        if (put is null && task.MustExist)
        {
            throw MustExist(id);
        }

        put ??= await quotas.RunAsync(
            Quota.OpenTasks,
            caller.Tenant,
            id,
            () => GrainCalls.RunAsync(
                contextGrains.Get(caller.Tenant, whole.ContextId ?? CheckedSubmission.ContextOf(caller, id)), context => context.PutTask(id, whole)),
            created => created.Created);
        forwarded.Submitted(put.Task);
        return new TaskSubmitted(put.Task, put.Created, put.Repeated);
    });

    public Task<TaskRecord> CancelAsync(
        Caller caller,
        string id,
        long? ifGeneration = null,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.task.cancel", caller, id, async _ =>
    {
        var canceled = await GrainCalls.RunAsync(await GetKnownGrainAsync(caller, id), task => task.Cancel(caller, ifGeneration));
        forwarded.Canceled(canceled);
        return canceled;
    });

    public Task DeleteAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken = default) => removals.RunAsync(
        caller, $"task {id}", () => RegistryTelemetry.RunAsync("registry.task.delete", caller, id, async _ =>
    {
        await GrainCalls.RunAsync(await GetKnownGrainAsync(caller, id), task => task.Remove(caller));
        return true;
    }));

    public async Task<TaskWebhook> SaveWebhookAsync(
        Caller caller, string taskId, ReadOnlyMemory<byte> config, string? id = null, CancellationToken cancellationToken = default)
    {
        // Without an id of its own, one sent twice must get the same.
        var named = caller.IdempotencyKey is { } key ? DerivedId.For("webhook", caller.Tenant, caller.Subject, taskId, key) : DerivedId.Random();
        var webhook = CheckedWebhook.Of(id, config, named, receivers);
        return WebhookSecrets.Shown(
            await GrainCalls.RunAsync(await GetKnownGrainAsync(caller, taskId), task => task.SaveWebhook(caller, webhook)));
    }

    public async Task<IReadOnlyList<TaskWebhook>> ListWebhooksAsync(
        Caller caller,
        string taskId,
        string? leaseToken = null,
        CancellationToken cancellationToken = default) =>
        [.. (await ReadHeadAsync(caller with { SeesAllOwners = false }, taskId, leaseToken)).Webhooks
            .Select(webhook => WebhookSecrets.Shown(webhook, hidesToken: leaseToken is not null))];

    public async Task DeleteWebhookAsync(Caller caller, string taskId, string id, CancellationToken cancellationToken = default) =>
        await GrainCalls.RunAsync(await GetKnownGrainAsync(caller, taskId), task => task.DeleteWebhook(caller, id));

    public async Task<TaskFeedback> AddFeedbackAsync(
        Caller caller,
        string taskId,
        ReadOnlyMemory<byte> data,
        CancellationToken cancellationToken = default)
    {
        var feedback = rules.ReadObject(data, "feedback");
        return await GrainCalls.RunAsync(await GetKnownGrainAsync(caller, taskId), task => task.AddFeedback(caller, feedback));
    }

    public async Task<ItemPage<TaskFeedback>> ListFeedbackAsync(
        Caller caller,
        string taskId,
        int pageSize = 100,
        string? pageToken = null,
        CancellationToken cancellationToken = default)
    {
        PageLimit.Items.Check(pageSize);
        DateTimeOffset madeAt = default;
        return await TaskLoader.WithHeadAsync<LogHead, ItemPage<TaskFeedback>>(
            async () =>
            {
                madeAt = (await ReadHeadAsync(caller, taskId)).CreatedAt;
                return await GrainCalls.ReadAsync(feedbackGrains.Get(caller.Tenant, taskId), feedback => feedback.Get());
            },
            async log =>
            {
                var query = LogTokens.QueryOf("feedback", caller.Tenant, taskId, madeAt);
                var from = LogTokens.ReadPosition(pageToken, query);
                var run = await logs.ReadForwardAsync(LogName.FeedbackOf(caller.Tenant, taskId), log, from, pageSize, rules.MaxLoadBytes);
                return new ItemPage<TaskFeedback>([.. run.Items.Select(FeedbackItem.Read)], run.First, log.Count, LogTokens.Make(run.Next, query));
            }) ?? throw NotFound();
    }

    public Task<TaskClearing> ClearAllAsync(Caller caller, TimeSpan? wait = null, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckCaller(caller);
        return clearing.BeginAsync(caller, wait, cancellationToken);
    }

    public Task<TaskClearing> GetClearingAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckCaller(caller);
        return clearing.ProgressAsync(caller, cancellationToken);
    }

    /// <summary>Where others write to the same store, only the store knows: see <see cref="AgentRegistry"/>.</summary>
    private async Task<TaskHead?> ReadStoredAsync(Caller caller, string id, string? leaseToken = null)
    {
        var grain = Grain(caller, id);
        if (!store.IsShared)
        {
            return await GrainCalls.ReadAsync(grain, task => task.Get(caller, leaseToken));
        }

        var stored = await store.ReadAsync(TaskKind.Kind, new RecordKey(caller.Tenant, id));
        return stored is not null && TaskKind.Read(stored) is var head && Access.MayRead(caller, head, leaseToken, time.GetUtcNow()) ? head : null;
    }

    private async Task<TaskHead> ReadHeadAsync(Caller caller, string id, string? leaseToken = null) =>
        await ReadAsync(caller, Grain(caller, id), id, leaseToken) ?? throw NotFound();

    /// <summary>
    /// The head as its grain has it, or as stored where the caller has <paramref name="seen"/> a newer one: the grain's activation may be overtaken
    /// by another.
    /// </summary>
    private async Task<TaskHead?> ReadAsync(Caller caller, ITaskGrain grain, string id, string? leaseToken, long? seen)
    {
        var head = await ReadAsync(caller, grain, id, leaseToken);
        return head is not null && seen > head.Generation ? await ReadStoredAsync(caller, id, leaseToken) : head;
    }

    /// <summary>The head as its grain has it; an id that the store knows to be unknown wakes no grain.</summary>
    private async Task<TaskHead?> ReadAsync(Caller caller, ITaskGrain grain, string id, string? leaseToken = null) =>
        await IsUnknownAsync(caller, id) ? null : await GrainCalls.ReadAsync(grain, task => task.Get(caller, leaseToken));

    private ValueTask<bool> IsUnknownAsync(Caller caller, string id) => known.IsUnknownAsync(new RecordKey(caller.Tenant, id));

    private async ValueTask CheckKnownAsync(Caller caller, string id)
    {
        if (await IsUnknownAsync(caller, id))
        {
            throw NotFound();
        }
    }

    /// <summary>The grain of a task that must be there.</summary>
    private async ValueTask<ITaskGrain> GetKnownGrainAsync(Caller caller, string id)
    {
        var grain = Grain(caller, id);
        await CheckKnownAsync(caller, id);
        return grain;
    }

    private ITaskGrain Grain(Caller caller, string id)
    {
        Identifiers.CheckCaller(caller);
        Identifiers.CheckId(id, "task_id");
        return taskGrains.Get(caller.Tenant, id);
    }

    private static RegistryException MustExist(string id) =>
        new(RegistryError.Conflict, $"Task '{id}' does not exist, and this request creates none.");

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Task not found", "task_id");
}
