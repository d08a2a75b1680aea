using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Tasks;

/// <summary>
/// Deletes all tasks and contexts of an owner, in the background of the process that was asked. A <see cref="ClearingMark"/> is stored before the
/// first deletion and removed after the last, so that another process goes on where this one ends.
/// </summary>
internal sealed partial class OwnerClearing(
    IRecordStore store,
    GrainReferences<ITaskGrain> tasks,
    GrainReferences<IContextGrain> contexts,
    IHostApplicationLifetime lifetime,
    [RegistryTime] TimeProvider time,
    ILogger<OwnerClearing> log)
{
    private const int Step = 32;

    /// <summary>How many that are over are remembered, for those who ask how they went.</summary>
    private const int MaxRemembered = 1_000;

    /// <summary>A mark that nobody has worked on for so long was left by a process that ended.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromSeconds(30);

    private readonly ClearingMarks marks = new(store);
    private readonly ConcurrentDictionary<Caller, ClearingJob> jobs = new();

    /// <summary>Begins, or has one that runs take what was made since too.</summary>
    /// <param name="wait">The longest to wait for the end; null for as long as it takes.</param>
    public async Task<TaskClearing> BeginAsync(Caller caller, TimeSpan? wait, CancellationToken cancellationToken)
    {
        var owner = new Caller(caller.Tenant, caller.Subject);
        await MarkAsync(owner, cancellationToken);
        var job = Start(owner);
        if (wait is { } most)
        {
            await job.Work.WaitAsync(most, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (!job.Work.IsCompleted)
            {
                return job.Progress;
            }
        }

        await job.Work.WaitAsync(cancellationToken);
        return job.Progress;
    }

    public async Task<TaskClearing> ProgressAsync(Caller caller, CancellationToken cancellationToken)
    {
        var owner = new Caller(caller.Tenant, caller.Subject);
        if (jobs.TryGetValue(owner, out var job) && !job.Work.IsCompleted)
        {
            return job.Progress;
        }

        // Here it is over, or was never known: another process may be at it.
        return await marks.ReadAsync(owner, cancellationToken) is { Mark: var mark }
            ? new TaskClearing(true, mark.Tasks, mark.Contexts)
            : job?.Progress ?? default;
    }

    /// <summary>Goes on where a process that ended has stopped.</summary>
    public async Task ResumeAsync(Caller owner)
    {
        if (await marks.ReadAsync(owner, CancellationToken.None) is { Mark: var mark } && mark.UpdatedAt < time.GetUtcNow() - Abandoned)
        {
            Start(owner);
        }
    }

    private ClearingJob Start(Caller owner)
    {
        while (true)
        {
            if (jobs.TryGetValue(owner, out var known) && !known.Work.IsCompleted)
            {
                return known;
            }

            var job = new ClearingJob();
            if (known is null ? jobs.TryAdd(owner, job) : jobs.TryUpdate(owner, job, known))
            {
                _ = RunAsync(owner, job);
                Forget();
                return job;
            }
        }
    }

    private async Task MarkAsync(Caller owner, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = time.GetUtcMilliseconds();
            var stored = await marks.ReadAsync(owner, cancellationToken);
            var mark = stored is { } known ? known.Mark with { Before = now } : new ClearingMark(now, now, 0, 0);
            if (await marks.TryWriteAsync(owner, stored?.Version ?? 0, mark))
            {
                return;
            }
        }
    }

    private async Task RunAsync(Caller owner, ClearingJob job)
    {
        try
        {
            await Task.Yield();
            while (await marks.ReadAsync(owner, lifetime.ApplicationStopping) is var (mark, version))
            {
                job.Count(mark);
                if (await DeleteSomeAsync(owner, mark.Before, job))
                {
                    // Where somebody else has changed it, the next round knows.
                    await marks.TryWriteAsync(
                        owner,
                        version,
                        mark with { UpdatedAt = time.GetUtcMilliseconds(), Tasks = job.Progress.Tasks, Contexts = job.Progress.Contexts });
                }
                else if (job.Fault is { } fault)
                {
                    // The mark stays, for upkeep to try those again that failed.
                    job.Fail(fault);
                    return;
                }
                else if (await marks.TryDeleteAsync(owner, version))
                {
                    break;
                }
            }

            job.End();
        }
        catch (OperationCanceledException stopped) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            job.Fail(stopped);
        }
        catch (Exception fault)
        {
            LogFailed(log, fault, owner.Subject, owner.Tenant);
            job.Fail(fault);
        }
    }

    /// <returns>False where there is nothing left that was made before.</returns>
    private async Task<bool> DeleteSomeAsync(Caller owner, DateTimeOffset before, ClearingJob job)
    {
        var some = await QueryMadeAsync(
            OldestFirst(ContextKind.Kind, owner.Tenant, ContextKind.Owner.Is(owner.Subject)),
            record => IsDue(record, job, before, () => ContextKind.Read(record).Context.CreatedAt));
        await Task.WhenAll(some.Select(key => TryAsync(key, job, () => DeleteContextAsync(owner, key.Id, job))));
        if (some.Count > 0)
        {
            return true;
        }

        // Tasks that came in while their context was on its way out.
        some = await QueryMadeAsync(
            OldestFirst(TaskKind.Kind, owner.Tenant, TaskKind.Owner.Is(owner.Subject)),
            record => IsDue(record, job, before, () => TaskKind.Read(record).CreatedAt));
        await Task.WhenAll(some.Select(key => TryAsync(key, job, () => DeleteTaskAsync(owner, key.Id, job))));
        return some.Count > 0;
    }

    /// <summary>Of a record that cannot be read nobody knows when it was made: it is one of those that its owner wants gone.</summary>
    private static bool IsDue(StoredRecord record, ClearingJob job, DateTimeOffset before, Func<DateTimeOffset> createdAt)
    {
        if (job.Has(record.Key))
        {
            return false;
        }

        try
        {
            return createdAt() <= before;
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            return true;
        }
    }

    /// <summary>The first few of a list that are to be deleted.</summary>
    private async Task<List<RecordKey>> QueryMadeAsync(RecordQuery query, Func<StoredRecord, bool> isDue)
    {
        var made = new List<RecordKey>(Step);
        for (RecordPosition? after = null; ;)
        {
            var found = await store.QueryAsync(query, after, Step, lifetime.ApplicationStopping);
            foreach (var (position, record) in found)
            {
                if (isDue(record))
                {
                    made.Add(record.Key);
                }
                else
                {
                    after = position;
                }
            }

            if (made.Count > 0 || found.Count < Step)
            {
                return made;
            }
        }
    }

    private static RecordQuery OldestFirst(RecordKind kind, string tenant, RecordCondition condition) =>
        new RecordQuery(kind, tenant) { OldestFirst = true }.And(condition);

    /// <summary>One that fails is left alone: the others go on.</summary>
    private async Task TryAsync(RecordKey key, ClearingJob job, Func<Task> delete)
    {
        try
        {
            await delete();
        }
        catch (Exception fault) when (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            LogOneFailed(log, fault, key.Id, key.Tenant);
            job.Failed(key, fault);
        }
    }

    private async Task DeleteContextAsync(Caller owner, string id, ClearingJob job)
    {
        var counted = 0L;
        var deleted = await ContextClearing.RunAsync(contexts, owner, id, delete: true, lifetime.ApplicationStopping, so =>
        {
            job.Add(so - counted, 0);
            counted = so;
        });
        job.Add(0, deleted is null ? 0 : 1);
    }

    private async Task DeleteTaskAsync(Caller owner, string id, ClearingJob job)
    {
        try
        {
            await GrainCalls.RunAsync(tasks.Get(owner.Tenant, id), task => task.Remove(owner));
            job.Add(1, 0);
        }
        catch (RegistryException gone) when (gone.Error == RegistryError.NotFound)
        {
            // Somebody else has deleted it since it was listed.
        }
    }

    private void Forget()
    {
        if (jobs.Count > MaxRemembered)
        {
            foreach (var (owner, job) in jobs)
            {
                if (job.Work.IsCompleted)
                {
                    jobs.TryRemove(new KeyValuePair<Caller, ClearingJob>(owner, job));
                }
            }
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "The deletion of all tasks and contexts of '{Subject}' of tenant '{Tenant}' stopped before its end; it is taken up again within two "
            + "minutes.")]
    private static partial void LogFailed(ILogger log, Exception fault, string subject, string tenant);

    [LoggerMessage(
        LogLevel.Warning,
        "'{Id}' of tenant '{Tenant}' could not be deleted with all that its owner has. The others are; it is tried again.")]
    private static partial void LogOneFailed(ILogger log, Exception fault, string id, string tenant);
}
