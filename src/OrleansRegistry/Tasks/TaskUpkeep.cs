using OrleansRegistry.Agents;
using OrleansRegistry.Grains;
using OrleansRegistry.Hosting;
using OrleansRegistry.Model;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Tasks;

/// <summary>
/// What happens to tasks and contexts by itself, in small steps: leases that are over end, deletions that were begun are finished, and what is older than
/// the retention goes. Any number of nodes may do it at once.
/// </summary>
internal sealed class TaskUpkeep(
    IRecordStore store, GrainReferences<ITaskGrain> tasks, GrainReferences<IContextGrain> contexts, RegistryOptions options, [RegistryTime] TimeProvider time)
{
    private const int Step = 100;

    // No context and no task has an empty owner but one whose deletion was begun.
    private const string Nobody = "";

    private RecordPosition? contextsSeen;

    /// <summary>Puts tasks back to submitted whose workers let their leases run out.</summary>
    public async Task EndLeases(CancellationToken cancellationToken)
    {
        var over = new TaskFilter(null) { LeaseBefore = time.GetUtcNow(), OldestFirst = true };
        for (RecordPosition? after = null; ;)
        {
            var some = await store.ListTasksAsync(over, after, Step, cancellationToken);
            await Task.WhenAll(some.Select(task => GrainCalls.Run(TaskOf(task.Key), grain => grain.ExpireLease())));
            if (some.Count < Step)
            {
                return;
            }

            after = new RecordPosition(TaskFields.PlaceOf(some[^1]), some[^1].Key);
        }
    }

    /// <summary>Finishes deletions whose node went before they were done.</summary>
    public async Task FinishDeletions(CancellationToken cancellationToken)
    {
        foreach (var task in await store.ListTasksAsync(new TaskFilter(null) { Owner = Nobody, OldestFirst = true }, null, Step, cancellationToken))
        {
            await GrainCalls.Run(TaskOf(task.Key), grain => grain.Sweep(DateTimeOffset.MinValue));
        }

        foreach (var context in await store.ListContextsAsync(new ContextFilter(null, Nobody, OldestFirst: true), null, Step, cancellationToken))
        {
            await GrainCalls.Run(ContextOf(context.Key), grain => grain.Sweep(DateTimeOffset.MinValue));
        }
    }

    /// <summary>Deletes one step of what is older than the retention.</summary>
    public async Task ApplyRetention(CancellationToken cancellationToken)
    {
        if (options.TaskRetention is { } taskAge)
        {
            var cutoff = time.GetUtcNow() - taskAge;
            var terminal = new TaskFilter(null) { States = [.. TaskStates.All.Where(state => state.IsTerminal())], Before = cutoff, OldestFirst = true };
            foreach (var task in await store.ListTasksAsync(terminal, null, Step, cancellationToken))
            {
                await GrainCalls.Run(TaskOf(task.Key), grain => grain.Sweep(cutoff));
            }
        }

        if (options.ContextRetention is { } contextAge)
        {
            var cutoff = time.GetUtcNow() - contextAge;
            var some = await store.ListContextsAsync(new ContextFilter(null, UpdatedBefore: cutoff, OldestFirst: true), contextsSeen, Step, cancellationToken);
            foreach (var context in some)
            {
                await GrainCalls.Run(ContextOf(context.Key), grain => grain.Sweep(cutoff));
            }

            // Those whose tasks keep them stay in the list: the next step begins after them, and the last begins again.
            contextsSeen = some.Count < Step ? null : new RecordPosition(ContextFields.PlaceOf(some[^1]), some[^1].Key);
        }
    }

    private ITaskGrain TaskOf(RecordKey key) => tasks.Get(key.Tenant, key.Id);

    private IContextGrain ContextOf(RecordKey key) => contexts.Get(key.Tenant, key.Id);
}
