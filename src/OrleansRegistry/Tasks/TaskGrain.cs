using Orleans.Concurrency;

namespace OrleansRegistry.Tasks;

/// <summary>What calls of a task have in common: who may see it, and how it goes from one head to the next.</summary>
[GrainType("registry.task"), Reentrant]
internal sealed partial class TaskGrain : CallingGrain, ITaskGrain
{
    private readonly HeadWriter<TaskHead> writer;
    private readonly PageStore pages;
    private readonly GrainReferences<IAgentWorkGrain> work;
    private readonly GrainReferences<IFeedbackGrain> feedback;
    private readonly GrainReferences<IPushGrain> push;
    private readonly PushOptions pushOptions;
    private readonly TaskRules rules;
    private readonly Generations generations;
    private readonly GrainWaits waits;
    private readonly TimeProvider time;
    private PagedLog history = null!;
    private PagedLog artifacts = null!;
    private EventLog<TaskEvent> events = null!;
    private string tenant = "";
    private string id = "";

    public TaskGrain(
        HeadStorage storage,
        PageStore pages,
        GrainReferences<IAgentWorkGrain> work,
        GrainReferences<IFeedbackGrain> feedback,
        GrainReferences<IPushGrain> push,
        PushOptions pushOptions,
        TaskRules rules,
        Generations generations,
        GrainWaits waits,
        [RegistryTime] TimeProvider time)
    {
        this.pages = pages;
        this.work = work;
        this.feedback = feedback;
        this.push = push;
        this.pushOptions = pushOptions;
        this.rules = rules;
        this.generations = generations;
        this.waits = waits;
        this.time = time;
        writer = new HeadWriter<TaskHead>(storage, TaskGrainNames.StateName, GrainContext.GrainId, End) { Load = LoadAsync, Flush = FlushAsync };
    }

    protected override async Task ActivateAsync()
    {
        var key = this.GetPrimaryKeyString();
        (tenant, id) = GrainKeys.Parse(key);
        if (NewGrainHint.OwnerOf(key) is not null)
        {
            writer.StartEmpty();
        }
        else
        {
            await writer.StartAsync();
        }

        history = new PagedLog(LogName.HistoryOf(tenant, id), pages, MessageItem.IdOf);
        artifacts = new PagedLog(LogName.ArtifactsOf(tenant, id), pages, ArtifactLog.IdOfEntry);
        events = EventsAfter(writer.Unreadable is null ? writer.Head?.Generation ?? 0 : 0);
    }

    public Task<TaskHead?> Get(Caller caller, string? leaseToken) =>
        Task.FromResult(writer.Head is { } head && Access.MayRead(caller, head, leaseToken, time.GetUtcNow()) ? head : null);

    /// <summary>
    /// Changes the task as its caller sees it. A change that returns the head as it is changes nothing; any other is one generation and one event,
    /// or, of what callers do not see as a part of the task, neither.
    /// </summary>
    /// <param name="once">For a change that its caller may have named, to be carried out once.</param>
    /// <param name="mayAlso">Lets a caller make the change whose lease is over.</param>
    private Task<T> ChangeAsync<T>(
        Caller caller,
        string? leaseToken,
        Func<TaskHead, (TaskHead Head, TaskEvent? Event, T Result)> change,
        int bytes = 0,
        Once<T>? once = null,
        Func<TaskHead, bool>? mayAlso = null) => writer.ChangeAsync(
        head =>
        {
            if (head is null or { Deleting: true })
            {
                throw NotFound();
            }

            if (once is not null && RequestMarks.Find(head.Requests, caller, time.GetUtcNow()) is { } mark)
            {
                RequestMarks.Check(mark, once.Print());
                return new(head, once.Again(head));
            }

            if (mayAlso?.Invoke(head) != true)
            {
                CheckAccess(head, caller, leaseToken);
            }

            var made = change(head);
            if (once is null || caller.IdempotencyKey is null || made.Result is null)
            {
                return Publish(head, made);
            }

            var marked = made.Head with { Requests = RequestMarks.Add(
                made.Head.Requests,
                caller,
                once.Print,
                time.GetUtcMilliseconds(),
                made.Head.Generation) };
            return ReferenceEquals(head, made.Head) ? new(marked, made.Result) : Publish(head, (marked, made.Event, made.Result));
        },
        bytes);

    private Changed<TaskHead, T> Publish<T>(
        TaskHead? before,
        (TaskHead Head, TaskEvent? Event, T Result) made) => made.Event is not { } happened || ReferenceEquals(before, made.Head)
        ? new(made.Head, made.Result)
        : new(made.Head, made.Result, () => Tell(made.Head, happened));

    private void Tell(TaskHead head, TaskEvent happened)
    {
        if (events.Last == 0)
        {
            events = EventsAfter(happened.Generation - 1);
        }

        events.Add(happened, SizeOf(happened));
        TellWorkers(head, happened);
        TellWebhooks(head);
    }

    private void TellWorkers(TaskHead head, TaskEvent happened)
    {
        if (happened.Status is { State: TaskState.Submitted } && head.AgentId is not null)
        {
            // Workers of the agent may be waiting for it.
            _ = work.Get(tenant, head.AgentId).Submitted(id);
        }
    }

    private EventLog<TaskEvent> EventsAfter(long generation) => new(generation, waits, time);

    /// <summary>The head of the next generation, before anything else of it changes.</summary>
    private TaskHead Next(TaskHead head) => head with { Generation = head.Generation + 1, UpdatedAt = time.GetUtcMilliseconds() };

    private TaskEvent EventOf(TaskHead next) => new(id, next.ContextId, next.Generation);

    /// <summary>A status as of now; its time never falls behind the one before.</summary>
    private TaskStatus StatusOf(TaskHead? before, TaskState state, RawJson message = default)
    {
        var now = time.GetUtcMilliseconds();
        return new TaskStatus(state, before is not null && before.Status.Timestamp > now ? before.Status.Timestamp : now, message);
    }

    private void CheckAccess(TaskHead head, Caller caller, string? leaseToken)
    {
        if (leaseToken is not null && !head.IsHeldBy(leaseToken, time.GetUtcNow()))
        {
            throw Access.MayWrite(caller, head.Owner) || head.KnowsLease(leaseToken)
                ? new RegistryException(RegistryError.Conflict, $"The lease of task '{id}' is over, or another's.", "lease_token")
                {
                    CurrentGeneration = head.Generation,
                }
                : NotFound();
        }

        if (leaseToken is null && !Access.MayWrite(caller, head.Owner))
        {
            throw NotFound();
        }
    }

    private void CheckOpen(TaskHead head)
    {
        var state = head.Status.State;
        if (state.IsTerminal())
        {
            throw new RegistryException(
                RegistryError.Terminal,
                $"Task '{id}' is {state.ToV03()}, which is final: nothing about it changes any more. "
                    + "Begin a new task, and name this one in its message's referenceTaskIds.")
            {
                CurrentState = state,
                CurrentGeneration = head.Generation,
            };
        }
    }

    private void CheckGeneration(TaskHead head, long? expected)
    {
        if (expected is not null && expected != head.Generation)
        {
            throw new RegistryException(RegistryError.Conflict, $"Task '{id}' has generation {head.Generation}; {expected} was expected.")
            {
                CurrentGeneration = head.Generation,
                CurrentState = head.Status.State,
            };
        }
    }

    private async ValueTask LoadAsync(TaskHead? head)
    {
        if (head is { Deleting: true })
        {
            // Nothing is appended to it any more, and its pages may be gone.
            return;
        }

        await history.LoadIdsAsync(head?.History ?? LogHead.Empty);
        await LoadArtifactsAsync(head?.Artifacts ?? LogHead.Empty);
    }

    private async Task<TaskHead> FlushAsync(TaskHead before, TaskHead after)
    {
        if (before.HistorySwept < before.History.Base)
        {
            // As with artifacts: the head that is stored names other pages.
            await history.DeletePagesAsync(before.HistorySwept, before.History.Base);
            after = after with { HistorySwept = before.History.Base };
        }

        if (before.History.IsFull)
        {
            after = after with { History = await history.FlushAsync(before.History, after.History, writer.IsCurrentAsync) };
        }

        after = WebhookDelivery.Settle(before, after, pushOptions.Enabled, time.GetUtcMilliseconds());
        return await FlushArtifactsAsync(before, after);
    }

    private void End()
    {
        events.Wake();
        DeactivateOnIdle();
    }

    private static int SizeOf(TaskEvent happened)
    {
        var size = 256 + happened.Metadata.Length + (happened.Status?.Message.Length ?? 0);
        foreach (var message in happened.Messages ?? [])
        {
            size += message.Length;
        }

        foreach (var artifact in happened.Artifacts ?? [])
        {
            size += artifact.Json.Length;
        }

        return size;
    }

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Task not found", "task_id");
}
