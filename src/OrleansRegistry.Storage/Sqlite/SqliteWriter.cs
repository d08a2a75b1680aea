using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

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
        var outcomes = new Outcome[batch.Count];
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
                    outcomes[i] = Apply(session, batch[i]);
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

    private Outcome Apply(SqliteSession session, PendingWrite write)
    {
        var table = SqliteTable.Of(write.Kind);
        var version = counters.Last(write.Kind) + 1;
        try
        {
            if (write.Import is { } import)
            {
                return Import(session, table, write, import);
            }

            if (!Change(session, table, write, version))
            {
                var (tenant, id, _) = write.KeyColumns;
                var stored = session.Scalar(table.Version, tenant, id) as long? ?? 0;
                return new Outcome(0, RecordRules.Conflict(write.Kind, write.Key, stored, write.ExpectedVersion));
            }
        }
        catch (SqliteException refused) when (SqliteFaults.IsOfRecord(refused) && !session.IsAutoCommit)
        {
            return new Outcome(0, SqliteFaults.IsNotUnique(refused)
                ? RecordRules.NotUnique(write.Kind, write.Key, refused)
                : new RegistryException(
                    RegistryError.Invalid,
                    $"{write.Kind} '{RecordRules.Shorten(write.Key.Id)}' of tenant '{RecordRules.Shorten(write.Key.Tenant)}' "
                        + $"was refused by the {SqliteDatabase.Name} ({refused.SqliteErrorCode}). Nothing was stored.",
                    innerException: refused));
        }

        counters.Use(write.Kind, version);
        return new Outcome(version, Refusal: null);
    }

    private Outcome Import(SqliteSession session, SqliteTable table, PendingWrite write, RecordImport import)
    {
        var next = counters.Last(write.Kind) + 1;
        var version = write.Kind.HasFeed ? Math.Max(next, import.Version) : next;
        var (tenant, id, _) = write.KeyColumns;
        var stored = 0L;
        if (write.Body is not { } body)
        {
            stored = session.Scalar(table.Version, tenant, id) as long? ?? 0;
            import.Result = stored == 0 && (!write.Kind.HasFeed || import.Version < next) ? ImportResult.Same : ImportResult.Deleted;
            if (stored != 0)
            {
                import.Result = import.Replace ? ImportResult.Deleted : ImportResult.Kept;
            }

            if (import.Result != ImportResult.Deleted)
            {
                return new Outcome(stored, Refusal: null, IsUnchanged: true);
            }

            session.Execute(table.Delete, tenant, id, stored);
            counters.Use(write.Kind, version);
            return new Outcome(version, Refusal: null);
        }

        var values = table.Values(write, version);
        import.Result = ImportResult.Created;
        if (session.Execute(table.Insert, values) == 0)
        {
            using (var reader = session.Query(table.Read, tenant, id))
            {
                reader.Read();
                stored = reader.GetInt64(0);
                var isSame = SqliteSession.Json(reader, 1) == body.Document && SqliteSession.Json(reader, 2) == body.Fields;
                import.Result = isSame ? ImportResult.Same : ImportResult.Kept;
            }

            if (import.Result == ImportResult.Same || !import.Replace)
            {
                return new Outcome(stored, Refusal: null, IsUnchanged: true);
            }

            values[SqliteTable.ExpectedVersion] = stored;
            session.Execute(table.Update, values);
            import.Result = ImportResult.Replaced;
        }

        counters.Use(write.Kind, version);
        return new Outcome(version, Refusal: null);
    }

    private static bool Change(SqliteSession session, SqliteTable table, PendingWrite write, long version)
    {
        if (write.Body is null)
        {
            var (tenant, id, _) = write.KeyColumns;
            return session.Execute(table.Delete, tenant, id, write.ExpectedVersion) > 0;
        }

        var values = table.Values(write, version);
        if (write.ExpectedVersion == 0)
        {
            return session.Execute(table.Insert, values) > 0;
        }

        return (table.UpdateInPlace is { } inPlace && session.Execute(inPlace, values) > 0) || session.Execute(table.Update, values) > 0;
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

    private void Publish(List<PendingWrite> batch, Outcome[] outcomes)
    {
        foreach (var (kind, feed) in feeds)
        {
            var changes = new List<RecordChange>(batch.Count);
            for (var i = 0; i < outcomes.Length; i++)
            {
                if (batch[i].Kind == kind && outcomes[i] is { Refusal: null, IsUnchanged: false })
                {
                    changes.Add(new RecordChange(batch[i].Key, outcomes[i].Version, batch[i].Body));
                }
            }

            feed.Publish(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(changes));
        }
    }

    private static void Answer(PendingWrite[] writes, Outcome[] outcomes)
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

    private readonly record struct Outcome(long Version, Exception? Refusal, bool IsUnchanged = false);
}
