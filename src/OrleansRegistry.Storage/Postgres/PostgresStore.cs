using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Keeps records in PostgreSQL, for any number of processes. A write is answered once the transaction that it shares with all that waited
/// beside it is committed; reads that wait share a query.
/// </summary>
/// <remarks>
/// The feed shows each agent's newest change only. What may pass (a lost connection, a restart of the server) is tried again within
/// <see cref="PostgresStoreOptions.MaxRetries"/>; a write whose answer was lost is looked up. See docs/postgres.md.
/// </remarks>
public sealed class PostgresStore : IRecordStore
{
    /// <summary>How many batches of tasks and contexts are on their way at once: one is made or travels, the server runs one, and one waits for the disk.</summary>
    private const int RecordLoops = 3;

    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);

    private readonly PostgresStoreOptions options;
    private readonly ILogger<PostgresStore> logger;
    private readonly PostgresDatabase database;
    private readonly PostgresFeed feed;
    private readonly GroupCommit writes;
    private readonly ReadBatcher reads;
    private readonly GroupCommit recordWrites;
    private readonly ReadBatcher recordReads;
    private readonly ReadBatcher pageReads;
    private readonly RecordLists lists;
    private readonly TombstoneSweep sweep;
    private readonly ChangeListener listener;
    private readonly CardProjection projection;
    private readonly BackgroundLoops loops;
    private readonly CancellationTokenSource lifetime = new();
    private readonly CancellationToken ending;
    private Task background = Task.CompletedTask;
    private volatile bool opened;
    private int disposed;

    /// <param name="loops">Runs what the store does in the background; null for a runner of its own.</param>
    /// <exception cref="StoreStartException">An option or the connection string is wrong.</exception>
    public PostgresStore(PostgresStoreOptions options, ILogger<PostgresStore> logger, BackgroundLoops? loops = null)
        : this(options, logger, TimeProvider.System, loops)
    {
    }

    internal PostgresStore(PostgresStoreOptions options, ILogger<PostgresStore> logger, TimeProvider time, BackgroundLoops? loops = null)
    {
        var agents = RecordTable.All[RecordKind.Agent];
        (this.options, this.logger, ending) = (options, logger, lifetime.Token);
        this.loops = loops ?? new BackgroundLoops(time, logger);
        database = new PostgresDatabase(options, logger, time);
        feed = new PostgresFeed(database, agents, options.FeedPollInterval, time, logger);
        writes = new GroupCommit(database, options, feed.History, feed, loops: 1, logger);
        reads = new ReadBatcher(database, writes);
        recordWrites = new GroupCommit(database, options, feed.History, feed: null, RecordLoops, logger);
        recordReads = new ReadBatcher(database, recordWrites);
        pageReads = new ReadBatcher(database, recordWrites, ReadBatcher.MaxPages);
        lists = new RecordLists(database, recordWrites);
        sweep = new TombstoneSweep(database, agents, options.TombstoneAge, logger);
        listener = new ChangeListener(database, feed, () => writes.WriterId, logger);
        projection = new CardProjection(database, feed, time);
    }

    public string Name => PostgresDatabase.Name;

    public string Description => database.Description;

    public bool IsShared => true;

    public long History => feed.History.Number;

    internal PostgresDatabase Database => database;

    /// <summary>The revision up to which the feed has all changes.</summary>
    internal long Position => feed.Position;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await new PostgresMigrations(database, logger, Migration.BuiltIn).OpenAsync(options.RunMigrations, cancellationToken);
        await feed.History.StartAsync(cancellationToken);
        writes.Start(loops, "the writing of agents");
        reads.Start(loops, "the reading of agents");
        recordWrites.Start(loops, "the writing of tasks and contexts");
        recordReads.Start(loops, "the reading of tasks and contexts");
        pageReads.Start(loops, "the reading of pages");
        background = Task.WhenAll(
            Task.Run(() => loops.RunAsync("the listening for changes of other processes", listener.RoundAsync, ending), CancellationToken.None),
            Task.Run(() => loops.RunAsync("the filling of the tables for queries by hand", projection.RoundAsync, ending), CancellationToken.None),
            loops.RepeatAsync("the watch for a database that went back", options.FeedPollInterval, feed.WatchAsync, ending),
            loops.RepeatAsync("the removal of old deletions", SweepPeriod, sweep.SweepAsync, ending));
        opened = true;
        logger.StoreOpened(Description, feed.Position, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    public async ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecordRules.CheckKey(kind, key);
        ThrowUnlessOpen();
        var table = RecordTable.All[kind];
        return await ReadsOf(table).ReadAsync(table, key, cancellationToken).WaitAsync(cancellationToken);
    }

    /// <summary>The batches of a kind: pages, which are large, hold up nothing else.</summary>
    internal ReadBatcher ReadsOf(RecordTable table) => table.HasRevisions ? reads : table.Kind == RecordKind.Page ? pageReads : recordReads;

    public ValueTask<long> WriteAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckBody(body);
        return Change(kind, key, expectedVersion, body, cancellationToken);
    }

    public ValueTask<long> DeleteAsync(RecordKind kind, RecordKey key, long expectedVersion, CancellationToken cancellationToken = default) =>
        Change(kind, key, expectedVersion, body: null, cancellationToken);

    public async ValueTask<RecordSnapshot> SnapshotAsync(CancellationToken cancellationToken = default)
    {
        var revision = await CurrentRevisionAsync(cancellationToken);
        return new RecordSnapshot(revision, SnapshotQuery.ReadAsync(database, feed.Table, CancellationToken.None));
    }

    public async ValueTask<long> CurrentRevisionAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        return await SnapshotQuery.RevisionAsync(database, feed.Table, cancellationToken);
    }

    public ValueTask<ChangeBatch> ReadChangesAsync(long revision, CancellationToken cancellationToken = default)
    {
        ThrowUnlessOpen();
        return feed.ReadAsync(revision, cancellationToken);
    }

    public ValueTask<IReadOnlyList<StoredRecord>> ListTasksAsync(
        TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckLimit(limit);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        return lists.ReadAsync(TaskQueries.List(filter, after, limit), cancellationToken);
    }

    public ValueTask<IReadOnlyList<RecordPosition>> ListTaskKeysAsync(
        TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckLimit(limit);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        return lists.ReadKeysAsync(TaskQueries.List(filter, after, limit, keysOnly: true), cancellationToken);
    }

    public ValueTask<IReadOnlyList<RecordPosition>> ListContextKeysAsync(
        ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckLimit(limit);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        return lists.ReadKeysAsync(ContextQueries.List(filter, after, limit, keysOnly: true), cancellationToken);
    }

    public ValueTask<IReadOnlyDictionary<TaskState, long>> CountTasksAsync(TaskFilter filter, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        return lists.CountAsync(TaskQueries.Count(filter), cancellationToken);
    }

    public ValueTask<IReadOnlyList<ContextTasks>> SummarizeContextsAsync(
        string tenant, string owner, IReadOnlyList<string> contextIds, int newest, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckLimit(newest);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        return lists.SummarizeAsync(TaskQueries.Summarize(tenant, owner, contextIds, newest), cancellationToken);
    }

    public ValueTask<IReadOnlyList<StoredRecord>> ListContextsAsync(
        ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckLimit(limit);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        return lists.ReadAsync(ContextQueries.List(filter, after, limit), cancellationToken);
    }

    /// <summary>Shows the feed a change that this process committed by another way than this store's.</summary>
    internal ValueTask OfferAsync(RecordChange change) => feed.OfferAsync(change.Revision - 1, [change], began: null);

    /// <summary>Removes the deletions that are old enough, now.</summary>
    internal Task SweepAsync(CancellationToken cancellationToken) => sweep.SweepAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            try
            {
                await Task.WhenAll(writes.CompleteAsync(), recordWrites.CompleteAsync());
                await Task.WhenAll(reads.CompleteAsync(), recordReads.CompleteAsync(), pageReads.CompleteAsync());
                feed.Close(() => RecordRules.Stopping(Name));
                await StopBackgroundAsync();
            }
            finally
            {
                lifetime.Dispose();
                await database.DisposeAsync();
            }
        }
    }

    private async Task StopBackgroundAsync()
    {
        try
        {
            await lifetime.CancelAsync();
        }
        catch (AggregateException fault) when (fault.Flatten().InnerExceptions.All(inner => inner is ObjectDisposedException))
        {
            // Npgsql cancels a command by way of its connection, and that may just have been lost (npgsql/npgsql#6415). The command has ended then.
        }
        finally
        {
            await background;
            await listener.DisposeAsync();
        }
    }

    private ValueTask<long> Change(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody? body, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        RecordRules.CheckKey(kind, key);
        ThrowUnlessOpen();
        var table = RecordTable.All[kind];
        var columns = body is { } written ? table.Project(written) : null;
        return new ValueTask<long>((table.HasRevisions ? writes : recordWrites).EnqueueAsync(new PendingWrite(table, key, expectedVersion, body, columns, cancellationToken)));
    }

    private void ThrowUnlessOpen()
    {
        if (Volatile.Read(ref disposed) != 0)
        {
            throw RecordRules.Stopping(Name);
        }

        if (!opened)
        {
            throw new InvalidOperationException($"The {Description} is not open: call {nameof(OpenAsync)} first.");
        }
    }
}
