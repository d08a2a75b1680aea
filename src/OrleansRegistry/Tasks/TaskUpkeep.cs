using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Tasks;

/// <summary>
/// What happens to tasks and contexts by itself: leases and deadlines that are over end, deletions that were begun are finished, and what is older
/// than the retention goes. Each silo takes its share; a record that fails is named in the log and left for the next time.
/// </summary>
internal sealed partial class TaskUpkeep(
    IRecordStore store,
    GrainReferences<ITaskGrain> tasks,
    GrainReferences<IContextGrain> contexts,
    GrainReferences<IPushGrain> push,
    PushNode pushNode,
    OwnerClearing clearing,
    UpkeepShare share,
    RegistryOptions options,
    [RegistryTime] TimeProvider time,
    ILogger<TaskUpkeep> log)
{
    private const int Step = 500;
    private const int AtOnce = 32;

    /// <summary>So many failures are no longer those of single records.</summary>
    private const int MaxFailures = 100;

    /// <summary>So many dispatchers at work are enough: the others' turn comes.</summary>
    private const int MaxDispatchers = 10_000;

    private static readonly TimeSpan FarAhead = TimeSpan.FromDays(366);

    private RecordPosition? contextsSeen;
    private IReadOnlySet<string> silosBefore = new HashSet<string>();
    private bool hasResumedAll;

    /// <summary>Puts tasks back to submitted whose workers let their leases run out; after too many attempts they fail.</summary>
    public Task EndLeasesAsync(CancellationToken cancellationToken) =>
        EndDueAsync("lease", OfAll(TaskKind.Kind, TaskKind.LeaseExpiresAt.IsBefore(time.GetUtcNow())), cancellationToken);

    /// <summary>Lets tasks fail that are past their deadlines.</summary>
    public Task EndDeadlinesAsync(CancellationToken cancellationToken) =>
        EndDueAsync("deadline", OfAll(TaskKind.Kind, TaskKind.OpenDeadline.IsBefore(time.GetUtcNow())), cancellationToken);

    /// <summary>
    /// Wakes who delivers notifications that are due and not delivered: after a start, and when silos have come or gone, all of them, as whoever was at
    /// it, or paused, may be gone, and shares are others; then those whose time is over.
    /// </summary>
    public async Task ResumePushAsync(CancellationToken cancellationToken)
    {
        var silos = share.Silos();
        hasResumedAll &= silosBefore.SetEquals(silos);
        silosBefore = silos;
        var until = time.GetUtcNow() + (hasResumedAll ? TimeSpan.Zero : FarAhead);
        var due = OfAll(TaskKind.Kind, TaskKind.PushDue.IsBefore(until));
        var isFull = false;
        await ForEachAsync("notifications", after => store.QueryKeysAsync(due, after, Step, cancellationToken), Wake, cancellationToken);
        hasResumedAll |= silos.Count > 0 && !isFull;

        async Task<bool> Wake(RecordKey key)
        {
            isFull |= pushNode.Busy >= MaxDispatchers;
            if (!isFull)
            {
                await push.Get(key.Tenant, key.Id).Wake();
            }

            return !isFull;
        }
    }

    private Task EndDueAsync(string what, RecordQuery due, CancellationToken cancellationToken)
    {
        return ForEachAsync(what, after => store.QueryKeysAsync(due, after, Step, cancellationToken), End, cancellationToken);

        async Task<bool> End(RecordKey key)
        {
            await GrainCalls.RunAsync(TaskOf(key), grain => grain.EndWhatIsDue());
            return true;
        }
    }

    /// <summary>Finishes deletions whose node went before they were done.</summary>
    public async Task FinishDeletionsAsync(CancellationToken cancellationToken)
    {
        var begun = OfAll(TaskKind.Kind, TaskKind.Owner.Is(TaskKind.Nobody));
        await ForEachAsync(
            "deleted task",
            after => store.QueryKeysAsync(begun, after, Step, cancellationToken),
            key => SweepTaskAsync(key, DateTimeOffset.MinValue),
            cancellationToken);
        var begunContexts = OfAll(ContextKind.Kind, ContextKind.Owner.Is(TaskKind.Nobody));
        await ForEachAsync(
            "deleted context",
            after => store.QueryKeysAsync(begunContexts, after, Step, cancellationToken),
            FinishContextAsync,
            cancellationToken);
    }

    /// <summary>Deletes what is older than the retention.</summary>
    public async Task ApplyRetentionAsync(CancellationToken cancellationToken)
    {
        if (options.TaskRetention is { } taskAge)
        {
            var cutoff = time.GetUtcNow() - taskAge;
            var terminal = OfAll(
                TaskKind.Kind,
                TaskKind.IsIn([.. TaskStates.All.Where(state => state.IsTerminal())]),
                TaskKind.StatusAt.IsBefore(cutoff));
            await ForEachAsync(
                "task",
                after => store.QueryKeysAsync(terminal, after, Step, cancellationToken),
                key => SweepTaskAsync(key, cutoff),
                cancellationToken);
        }

        if (options.ContextRetention is { } contextAge)
        {
            var cutoff = time.GetUtcNow() - contextAge;
            var idle = OfAll(ContextKind.Kind, ContextKind.UpdatedAt.IsBefore(cutoff));

            // Those whose tasks keep them stay in the list, and each costs a grain: after a step of such only, the next round goes on from there.
            contextsSeen = await WalkAsync(
                "context",
                contextsSeen,
                after => store.QueryKeysAsync(idle, after, Step, cancellationToken),
                async key => ClearingMark.Owner(key) is null && await GrainCalls.RunAsync(ContextOf(key), grain => grain.Sweep(cutoff)),
                stopsAtIdleStep: true,
                cancellationToken);
        }
    }

    /// <summary>Of every tenant, oldest first.</summary>
    private static RecordQuery OfAll(RecordKind kind, params ReadOnlySpan<RecordCondition?> conditions) =>
        new RecordQuery(kind, Tenant: null) { OldestFirst = true }.And(conditions);

    private Task<bool> SweepTaskAsync(RecordKey key, DateTimeOffset cutoff) => GrainCalls.RunAsync(TaskOf(key), grain => grain.Sweep(cutoff));

    private async Task<bool> FinishContextAsync(RecordKey key)
    {
        if (ClearingMark.Owner(key) is { } owner)
        {
            await clearing.ResumeAsync(owner);
            return true;
        }

        return await GrainCalls.RunAsync(ContextOf(key), grain => grain.Sweep(DateTimeOffset.MinValue));
    }

    private async Task ForEachAsync(
        string what,
        Func<RecordPosition?, ValueTask<IReadOnlyList<RecordPosition>>> list,
        Func<RecordKey, Task<bool>> work,
        CancellationToken cancellationToken) =>
        await WalkAsync(what, null, list, work, stopsAtIdleStep: false, cancellationToken);

    /// <summary>Works on this silo's share of a list, step by step, until one is short.</summary>
    /// <param name="work">Whether something came of it.</param>
    /// <returns>Where to go on; null where the end was reached.</returns>
    private async Task<RecordPosition?> WalkAsync(
        string what,
        RecordPosition? from,
        Func<RecordPosition?, ValueTask<IReadOnlyList<RecordPosition>>> list,
        Func<RecordKey, Task<bool>> work,
        bool stopsAtIdleStep,
        CancellationToken cancellationToken)
    {
        var failed = 0;
        for (var after = from; ;)
        {
            var some = await list(after);
            var isMine = share.Now();
            var done = 0;
            await Parallel.ForEachAsync(
                some.Select(found => found.Key).Where(key => isMine(key)),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (key, _) =>
                {
                    try
                    {
                        if (await work(key))
                        {
                            Interlocked.Increment(ref done);
                        }
                    }
                    catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
                    {
                        // Log and health name it already. It stays in the list until somebody deletes or mends it, and is met in every round.
                    }
                    catch (Exception fault) when (fault is not OperationCanceledException && Interlocked.Increment(ref failed) < MaxFailures)
                    {
                        LogFailed(log, fault, what, key.Id, key.Tenant);
                    }
                });
            if (some.Count < Step)
            {
                return null;
            }

            after = some[^1];
            if (stopsAtIdleStep && done == 0)
            {
                return after;
            }
        }
    }

    private ITaskGrain TaskOf(RecordKey key) => tasks.Get(key.Tenant, key.Id);

    private IContextGrain ContextOf(RecordKey key) => contexts.Get(key.Tenant, key.Id);

    [LoggerMessage(LogLevel.Warning, "The upkeep of {What} '{Id}' of tenant '{Tenant}' failed. The others go on; it is tried again.")]
    private static partial void LogFailed(ILogger log, Exception fault, string what, string id, string tenant);
}
