using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace OrleansRegistry.Tasks;

/// <summary>Calls that wait: for a change, for events, for work.</summary>
internal sealed partial class TaskRegistry
{
    public Task<TaskRecord?> WaitAsync(
        Caller caller,
        string id,
        long currentGeneration,
        TimeSpan wait,
        TaskView view = default,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.task.wait", caller, id, async _ =>
    {
        var grain = Grain(caller, id);
        TaskClaim.CheckWait(wait);
        using var watcher = RegistryTelemetry.Watch("tasks");
        var began = time.GetTimestamp();
        var lease = view.LeaseToken;
        var head = await ReadAsync(caller, grain, id, lease);
        while (head is not null && head.Generation <= currentGeneration && !head.Status.State.IsTerminal())
        {
            var left = time.GetTimeLeft(began, wait);
            if (left <= TimeSpan.Zero)
            {
                break;
            }

            var generation = head.Generation;
            var owner = head.Owner;
            var run = await ReadEventsAsync(grain, caller, lease, generation, left).WaitAsync(cancellationToken);
            if (run is { Stopping: true })
            {
                await PauseAsync(time.GetTimeLeft(began, wait), cancellationToken);
            }

            head = await GrainCalls.ReadAsync(grain, task => task.Get(caller, lease));
            if (head is null && !Access.MayRead(caller, owner))
            {
                throw LeaseOver(id, run?.Events.FirstOrDefault(EndsLease)?.Status?.State);
            }
        }

        return head is null ? null : await GetAsync(caller, id, view, cancellationToken);
    });

    public async IAsyncEnumerable<TaskEvent> WatchAsync(
        Caller caller,
        string id,
        long? afterGeneration = null,
        string? leaseToken = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var grain = Grain(caller, id);
        using var watcher = RegistryTelemetry.Watch("tasks");
        var known = await ReadAsync(caller, grain, id, leaseToken, afterGeneration) ?? throw NotFound();
        var isOwner = Access.MayRead(caller, known.Owner);

        // A generation that is newer than the task's was seen of another task of this id.
        var after = afterGeneration > known.Generation ? null : afterGeneration;
        var over = known.Status.State.IsTerminal() && known.Generation == after;
        while (!over)
        {
            var place = after;
            var run = await ReadEventsAsync(grain, caller, leaseToken, place, GrainWaits.Longest).WaitAsync(cancellationToken);
            var snapshot = run?.Snapshot;
            if (run is null || snapshot?.Generation < after)
            {
                // Deleted, or created again; or the answer came from an activation that another has replaced.
                snapshot = await ReadStoredAsync(caller, id, leaseToken);
            }

            if (snapshot is not null && snapshot.Generation == after)
            {
                await Task.Delay(GrainCalls.OvertakenPause, time, cancellationToken);
                continue;
            }

            if (run is null && snapshot is null)
            {
                if (!isOwner)
                {
                    throw LeaseOver(id);
                }

                yield return new TaskEvent(id, known.ContextId, (after ?? known.Generation) + 1, Deleted: true);
                yield break;
            }

            if (snapshot is not null && await LoadWholeAsync(caller, grain, snapshot, leaseToken) is { } whole)
            {
                after = whole.Generation;
                over = whole.Status.State.IsTerminal();
                yield return new TaskEvent(id, whole.ContextId, whole.Generation, Snapshot: whole);
                continue;
            }

            if (run is { Stopping: true })
            {
                await Task.Delay(GrainCalls.StoppingPause, time, cancellationToken);
            }

            foreach (var happened in run?.Events ?? [])
            {
                after = happened.Generation;
                over = happened.Deleted || happened.Status?.State.IsTerminal() == true || (!isOwner && EndsLease(happened));
                yield return happened;
                if (over)
                {
                    yield break;
                }
            }
        }
    }

    public Task<TaskRecord?> ClaimAsync(
        Caller caller,
        string agentId,
        TaskClaim claim,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.task.claim", caller, agentId, async span =>
    {
        Identifiers.CheckCaller(caller);
        Identifiers.CheckId(agentId);
        Identifiers.CheckId(claim.Worker, "worker");
        TaskClaim.CheckLease(claim.Lease);
        TaskClaim.CheckWait(claim.Wait);
        using var watcher = RegistryTelemetry.Watch("work");
        var work = workGrains.Get(caller.Tenant, agentId);
        var began = time.GetTimestamp();
        do
        {
            // A task that is claimed for a caller who is gone comes back when its lease is over, and so does one whose answer was lost.
            cancellationToken.ThrowIfCancellationRequested();
            var left = time.GetTimeLeft(began, claim.Wait);
            // In every round: the agent may get an owner, or other workers, meanwhile.
            var owner = Access.ClaimableOwner(caller, agentId, sight.Find(caller, agentId));
            var claimed = await GrainCalls.ReadAsync(
                work,
                agent => caller.IdempotencyKey is null
                    ? agent.Claim(claim.Worker, claim.Lease, left, owner)
                    : agent.ClaimOnce(caller, claim.Worker, claim.Lease, left, owner));
            if (claimed.Stopping)
            {
                await PauseAsync(time.GetTimeLeft(began, claim.Wait), cancellationToken);
            }

            if (claimed.Task is { } head && await LoadWholeAsync(caller, Grain(caller, head.Id), head, head.Lease!.Token) is { } whole)
            {
                if (span is not null && ActivityContext.TryParse(head.TraceParent, traceState: null, out var submitted))
                {
                    span.AddLink(new ActivityLink(submitted));
                }

                return whole with { Lease = head.Lease };
            }
        }
        while (time.GetTimeLeft(began, claim.Wait) > TimeSpan.Zero);

        return null;
    });

    public Task<TaskRecord> RenewAsync(
        Caller caller,
        string id,
        string leaseToken,
        TimeSpan? lease = null,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.task.renew", caller, id, async _ =>
    {
        var length = lease ?? TaskClaim.DefaultLease;
        TaskClaim.CheckLease(length);
        return await GrainCalls.RunAsync(await GetKnownGrainAsync(caller, id), task => task.Renew(caller, leaseToken, length));
    });

    public Task<TaskRecord> ReleaseAsync(
        Caller caller,
        string id,
        string leaseToken,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.task.release", caller, id, async _ =>
    {
        return await GrainCalls.RunAsync(await GetKnownGrainAsync(caller, id), task => task.Release(caller, leaseToken));
    });

    /// <summary>The whole task as of a head, or as it is by now; null where it is gone.</summary>
    private Task<TaskRecord?> LoadWholeAsync(Caller caller, ITaskGrain grain, TaskHead head, string? leaseToken) =>
        LoadAsOfAsync(head, default, () => GrainCalls.ReadAsync(grain, task => task.Get(caller, leaseToken)));

    /// <summary>
    /// What a view asks for as of a head, or as of the one of now where what the first names is no longer there; null where it is gone.
    /// </summary>
    private Task<TaskRecord?> LoadAsOfAsync(TaskHead head, TaskView view, Func<Task<TaskHead?>> now)
    {
        TaskHead? first = head;
        return TaskLoader.WithHeadAsync(
            async () =>
            {
                var given = first;
                first = null;
                return given ?? await now();
            },
            current => loader.LoadAsync(current, view));
    }

    private static Task<EventRun<TaskEvent, TaskHead>?> ReadEventsAsync(
        ITaskGrain grain,
        Caller caller,
        string? leaseToken,
        long? after,
        TimeSpan wait) =>
        GrainCalls.ReadAsync(
            grain,
            task => leaseToken is null ? task.ReadEvents(caller, after, wait) : task.ReadLeasedEvents(caller, leaseToken, after, wait));

    /// <summary>A lease lasts while the task is being worked on.</summary>
    private static bool EndsLease(TaskEvent happened) => happened.Deleted || happened.Status is { State: not TaskState.Working };

    private static RegistryException LeaseOver(string id, TaskState? state = null) =>
        new(RegistryError.Conflict, $"The lease of task '{id}' is over.", "lease_token") { CurrentState = state };

    /// <summary>Before a grain is asked again whose process is stopping.</summary>
    private Task PauseAsync(TimeSpan most, CancellationToken cancellationToken) => most <= TimeSpan.Zero
        ? Task.CompletedTask
        : Task.Delay(most < GrainCalls.StoppingPause ? most : GrainCalls.StoppingPause, time, cancellationToken);
}
