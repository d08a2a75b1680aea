using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>
/// The one writer: commits all writes that wait as one transaction, with one flush of the disk, shows them to the feeds, and then answers their
/// callers. New writes gather meanwhile.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private readonly SqliteDatabase database;
    private readonly IReadOnlyDictionary<RecordKind, ChangeLog> feeds;
    private readonly Checkpointer? checkpointer;
    private readonly ILogger logger;
    private readonly LogPace failures;
    private readonly WriteQueue queue;
    private readonly VersionCounters counters = new();
    private readonly SqliteChanges changes;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim publishing = new(1);
    private volatile string? writesStopped;
    private bool started;

    public SqliteWriter(SqliteDatabase database, SqliteStoreOptions options, IReadOnlyDictionary<RecordKind, ChangeLog> feeds, ILogger logger)
    {
        this.database = database;
        this.feeds = feeds;
        this.logger = logger;
        failures = new LogPace(TimeProvider.System, logger);
        changes = new SqliteChanges(counters);
        queue = new WriteQueue(SqliteDatabase.Name, options.MaxQueuedWrites, options.MaxQueuedBytes, oneKind: false);
        checkpointer = options.Directory is null ? null : new Checkpointer(database, options.CheckpointBytes);
    }

    /// <summary>Why no more writes are accepted; null while they are.</summary>
    public string? WritesStopped => writesStopped;

    /// <summary>Reads the counters, and begins to write. The database is open.</summary>
    public void Start(BackgroundLoops loops)
    {
        counters.Load(database.Writer);
        foreach (var (kind, feed) in feeds)
        {
            feed.Start(counters.Last(kind));
        }

        started = true;
        checkpointer?.Start(loops);
        new Thread(Run) { IsBackground = true, Name = "SQLite writer" }.Start();
    }

    /// <summary>Queues a write; the task completes once it is committed.</summary>
    public Task<long> EnqueueAsync(PendingWrite write)
    {
        if (writesStopped is { } reason)
        {
            throw Stopped(reason);
        }

        queue.Add(write);
        return write.Answer;
    }

    /// <summary>Queues writes that one transaction may take all of.</summary>
    public void Enqueue(IReadOnlyList<PendingWrite> writes)
    {
        if (writesStopped is { } reason)
        {
            throw Stopped(reason);
        }

        queue.AddAll(writes);
    }

    /// <summary>Completes once the feeds have all that a reader of the database can have seen.</summary>
    public async ValueTask WaitForFeedsAsync(CancellationToken cancellationToken)
    {
        await publishing.WaitAsync(cancellationToken);
        publishing.Release();
    }

    /// <summary>Accepts no more writes, and completes when those that wait are answered.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Complete();
        if (started)
        {
            await ended.Task;
        }

        if (checkpointer is not null)
        {
            await checkpointer.DisposeAsync();
        }

        publishing.Dispose();
    }

    /// <summary>A thread of its own, as it waits for the disk most of the time.</summary>
    private void Run()
    {
        var batch = new List<PendingWrite>(WriteQueue.MaxBatchWrites);
        while (queue.TakeAsync(batch).GetAwaiter().GetResult())
        {
            Commit(batch);
            batch.Clear();
        }

        ended.SetResult();
    }

    private void Commit(List<PendingWrite> batch)
    {
        if (writesStopped is { } reason)
        {
            FailAll(batch, () => Stopped(reason));
            return;
        }

        using var followed = database.Telemetry.BeginBatch(batch);
        var outcomes = new WriteOutcome[batch.Count];
        var committing = false;
        var committed = false;
        try
        {
            using (var turn = checkpointer?.TakeTurn() ?? database.TakeTurnAsync().AsTask().GetAwaiter().GetResult())
            {
                var session = database.Writer;
                session.Execute("BEGIN IMMEDIATE");
                for (var i = 0; i < outcomes.Length; i++)
                {
                    outcomes[i] = changes.Apply(session, batch[i]);
                }

                counters.Save(session);
                committing = true;
                publishing.Wait();
                try
                {
                    session.Execute("COMMIT");
                    committed = true;
                    counters.Commit();
                    Publish(batch, outcomes);
                }
                finally
                {
                    publishing.Release();
                }

                checkpointer?.Written(batch.Sum(write => write.Bytes));
            }
        }
#pragma warning disable CA1031 // Its callers see it; the loop serves the next batch.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            followed.Failed(fault);
            if (committed)
            {
                Stop(fault, "what was committed could not be shown to its readers");
            }
            else
            {
                RollBack();
            }

            Refuse(batch, fault, committing);
            return;
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            static state => Answer(state.Writes, state.Outcomes),
            (Writes: batch.ToArray(), Outcomes: outcomes),
            preferLocal: false);
    }

    private void RollBack()
    {
        counters.RollBack();
        try
        {
            if (!database.Writer.IsAutoCommit)
            {
                database.Writer.Execute("ROLLBACK");
            }
        }
        catch (SqliteException fault)
        {
            Stop(fault, "a transaction could not be rolled back");
        }
    }

    private void Refuse(List<PendingWrite> batch, Exception fault, bool committing)
    {
        failures.Write(() => logger.BatchFailed(fault, database.Description, batch.Count));
        if (fault is SqliteException stopping && SqliteFaults.StopsWrites(stopping))
        {
            Stop(fault, stopping.SqliteErrorCode == SQLitePCL.raw.SQLITE_IOERR ? "the disk failed to keep what was written" : "the file is damaged");
        }

        if (committing && writesStopped is not null)
        {
            // What reached the disk may be read back at the next start.
            FailAll(batch, () => new RecordOutcomeUnknownException(
                $"The {SqliteDatabase.Name} failed while it committed: whether the write is kept shows after a restart.",
                fault));
            return;
        }

        FailAll(batch, () => SqliteFaults.Translate(SqliteDatabase.Name, fault, writing: true));
    }

    private void Stop(Exception fault, string reason)
    {
        writesStopped = reason;
        logger.WritesStopped(fault, database.Description, reason);
    }

    private void Publish(List<PendingWrite> batch, WriteOutcome[] outcomes)
    {
        foreach (var (kind, feed) in feeds)
        {
            var told = new List<RecordChange>(batch.Count);
            for (var i = 0; i < outcomes.Length; i++)
            {
                if (batch[i].Kind == kind && outcomes[i] is { Refusal: null, IsUnchanged: false })
                {
                    told.Add(new RecordChange(batch[i].Key, outcomes[i].Version, batch[i].Body));
                }
            }

            feed.Publish(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(told));
        }
    }

    private static void Answer(PendingWrite[] writes, WriteOutcome[] outcomes)
    {
        for (var i = 0; i < writes.Length; i++)
        {
            if (outcomes[i].Refusal is { } refusal)
            {
                writes[i].Fail(refusal);
            }
            else
            {
                writes[i].Succeed(outcomes[i].Version);
            }
        }
    }

    private static void FailAll(List<PendingWrite> batch, Func<Exception> reason)
    {
        foreach (var write in batch)
        {
            write.Fail(reason());
        }
    }

    private static RegistryException Stopped(string reason) =>
        new(RegistryError.Unavailable, $"The {SqliteDatabase.Name} accepts no more writes: {reason}. Nothing was stored.");
}
