using Microsoft.Extensions.Logging;
using OrleansRegistry.Agents;
using OrleansRegistry.Grains;
using OrleansRegistry.Hosting;
using OrleansRegistry.Model;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Tasks;

/// <summary>
/// What happens to tasks and contexts by itself: leases and deadlines that are over end, deletions that were begun are finished, and what is older than the retention
/// goes. Each silo takes its share; a record that fails is named in the log and left for the next time.
/// </summary>
internal sealed partial class TaskUpkeep(
    IRecordStore store,
    GrainReferences<ITaskGrain> tasks,
    GrainReferences<IContextGrain> contexts,
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

    // No context and no task has an empty owner but one whose deletion was begun.
    private const string Nobody = "";

    private RecordPosition? contextsSeen;

    /// <summary>Puts tasks back to submitted whose workers let their leases run out; after too many attempts they fail.</summary>
    public Task EndLeases(CancellationToken cancellationToken) =>
        EndDue("lease", new TaskFilter(null) { LeaseBefore = time.GetUtcNow(), OldestFirst = true }, cancellationToken);

    /// <summary>Lets tasks fail that are past their deadlines.</summary>
    public Task EndDeadlines(CancellationToken cancellationToken) =>
        EndDue("deadline", new TaskFilter(null) { DeadlineBefore = time.GetUtcNow(), OldestFirst = true }, cancellationToken);

    private Task EndDue(string what, TaskFilter due, CancellationToken cancellationToken)
    {
        return All(what, after => store.ListTaskKeysAsync(due, after, Step, cancellationToken), End, cancellationToken);

        async Task<bool> End(RecordKey key)
        {
            await GrainCalls.Run(TaskOf(key), grain => grain.EndWhatIsDue());
            return true;
        }
    }

    /// <summary>Finishes deletions whose node went before they were done.</summary>
    public async Task FinishDeletions(CancellationToken cancellationToken)
    {
        var begun = new TaskFilter(null) { Owner = Nobody, OldestFirst = true };
        await All("deleted task", after => store.ListTaskKeysAsync(begun, after, Step, cancellationToken), key => SweepTask(key, DateTimeOffset.MinValue), cancellationToken);
        var begunContexts = new ContextFilter(null, Nobody, OldestFirst: true);
        await All("deleted context", after => store.ListContextKeysAsync(begunContexts, after, Step, cancellationToken), FinishContext, cancellationToken);
    }

    /// <summary>Deletes what is older than the retention.</summary>
    public async Task ApplyRetention(CancellationToken cancellationToken)
    {
        if (options.TaskRetention is { } taskAge)
        {
            var cutoff = time.GetUtcNow() - taskAge;
            var terminal = new TaskFilter(null) { States = [.. TaskStates.All.Where(state => state.IsTerminal())], Before = cutoff, OldestFirst = true };
            await All("task", after => store.ListTaskKeysAsync(terminal, after, Step, cancellationToken), key => SweepTask(key, cutoff), cancellationToken);
        }

        if (options.ContextRetention is { } contextAge)
        {
            var cutoff = time.GetUtcNow() - contextAge;
            var idle = new ContextFilter(null, UpdatedBefore: cutoff, OldestFirst: true);

            // Those whose tasks keep them stay in the list, and each costs a grain: after a step of such only, the next round goes on from there.
            contextsSeen = await Walk(
                "context",
                contextsSeen,
                after => store.ListContextKeysAsync(idle, after, Step, cancellationToken),
                async key => ClearingMark.Owner(key) is null && await GrainCalls.Run(ContextOf(key), grain => grain.Sweep(cutoff)),
                stopsAtIdleStep: true,
                cancellationToken);
        }
    }

    private Task<bool> SweepTask(RecordKey key, DateTimeOffset cutoff) => GrainCalls.Run(TaskOf(key), grain => grain.Sweep(cutoff));

    private async Task<bool> FinishContext(RecordKey key)
    {
        if (ClearingMark.Owner(key) is { } owner)
        {
            await clearing.Resume(owner);
            return true;
        }

        return await GrainCalls.Run(ContextOf(key), grain => grain.Sweep(DateTimeOffset.MinValue));
    }

    private async Task All(string what, Func<RecordPosition?, ValueTask<IReadOnlyList<RecordPosition>>> list, Func<RecordKey, Task<bool>> work, CancellationToken cancellationToken) =>
        await Walk(what, null, list, work, stopsAtIdleStep: false, cancellationToken);

    /// <summary>Works on this silo's share of a list, step by step, until one is short.</summary>
    /// <param name="work">Whether something came of it.</param>
    /// <returns>Where to go on; null where the end was reached.</returns>
    private async Task<RecordPosition?> Walk(
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
            var (some, isMine, done) = (await list(after), share.Now(), 0);
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
