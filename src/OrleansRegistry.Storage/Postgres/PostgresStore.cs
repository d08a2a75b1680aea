using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

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
    private readonly PostgresStoreOptions options;
    private readonly ILogger<PostgresStore> logger;
    private readonly PostgresDatabase database;
    private readonly DatabaseHistory history;
    private readonly FollowedKind[] followed;
    private readonly ChangeListener listener;
    private readonly GroupCommit writes;
    private readonly GroupCommit bulkWrites;
    private readonly ReadBatcher reads;
    private readonly ReadBatcher bulkReads;
    private readonly RecordLists lists;
    private readonly BackgroundLoops loops;
    private readonly CancellationTokenSource lifetime = new();
    private readonly CancellationToken ending;
    private Task background = Task.CompletedTask;
    private volatile bool opened;
    private int disposed;

    /// <param name="kinds">Those with a feed; others need not be named.</param>
    /// <param name="loops">Runs what the store does in the background; null for a runner of its own.</param>
    /// <exception cref="StoreStartException">An option or the connection string is wrong.</exception>
    public PostgresStore(PostgresStoreOptions options, IEnumerable<RecordKind> kinds, ILogger<PostgresStore> logger, BackgroundLoops? loops = null)
        : this(options, kinds, logger, TimeProvider.System, loops)
    {
    }

    internal PostgresStore(
        PostgresStoreOptions options, IEnumerable<RecordKind> kinds, ILogger<PostgresStore> logger, TimeProvider time, BackgroundLoops? loops = null)
    {
        this.options = options;
        this.logger = logger;
        ending = lifetime.Token;
        this.loops = loops ?? new BackgroundLoops(time, logger);
        database = new PostgresDatabase(options, logger, time);
        FollowedTable[] tables = [.. kinds.Where(kind => kind.HasFeed).Select(kind => new FollowedTable(kind))];
        history = new DatabaseHistory(database, tables, time, logger);
        followed = Array.ConvertAll(tables, table => new FollowedKind(table, history, database, options, time, logger));
        listener = new ChangeListener(database, followed, history, logger);
        if (followed.Length == 0)
        {
            throw new ArgumentException(
                "At least one kind must have a feed: it shows whether the database went back to an earlier state.",
                nameof(kinds));
        }

        writes = new GroupCommit(database, options, history, feed: null, logger);
        bulkWrites = new GroupCommit(database, options, history, feed: null, logger);
        reads = new ReadBatcher(database, writes);
        bulkReads = new ReadBatcher(database, bulkWrites, ReadBatcher.MaxBulk);
        lists = new RecordLists(database, writes);
    }

    public string Name => PostgresDatabase.Name;

    public string Description => database.Description;

    public bool IsShared => true;

    public long History => history.Number;

    internal PostgresDatabase Database => database;

    /// <summary>The revision up to which the feed of a kind has all changes.</summary>
    internal long PositionOf(RecordKind kind) => Followed(kind).Feed.Position;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await new PostgresMigrations(database, logger, Migration.Postgres).OpenAsync(options.RunMigrations, cancellationToken);
        writes.Start(loops, "the writing of records");
        bulkWrites.Start(loops, "the writing of pages");
        reads.Start(loops, "the reading of records");
        bulkReads.Start(loops, "the reading of pages");
        await history.StartAsync(cancellationToken);
        background = Task.WhenAll(
        [
            .. followed.Select(kind => kind.Start(loops, ending)),
            Task.Run(() => loops.RunAsync("the listening for changes by other processes", listener.RoundAsync, ending), CancellationToken.None),
            loops.RepeatAsync(
                "the watch for a database that went back",
                options.FeedPollInterval,
                token => history.WatchAsync(options.FeedPollInterval, token),
                ending),
        ]);
        opened = true;
        logger.StoreOpened(Description, followed[0].Feed.Position, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    public async ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecordRules.CheckKey(kind, key);
        ThrowUnlessOpen();
        using var followed = database.Telemetry.BeginRead(kind, "get");
        return await ReadsOf(kind).ReadAsync(RecordTable.Of(kind), key, cancellationToken).WaitAsync(cancellationToken);
    }

    /// <summary>The batches that the reads of a kind join.</summary>
    internal ReadBatcher ReadsOf(RecordKind kind)
    {
        if (kind.HasFeed)
        {
            return Followed(kind).Reads;
        }

        return kind.IsBulk ? bulkReads : reads;
    }

    public ValueTask<long> WriteAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckBody(body);
        return ChangeAsync(kind, key, expectedVersion, body, cancellationToken);
    }

    public ValueTask<long> DeleteAsync(RecordKind kind, RecordKey key, long expectedVersion, CancellationToken cancellationToken = default) =>
        ChangeAsync(kind, key, expectedVersion, body: null, cancellationToken);

    public async ValueTask<IReadOnlyList<ListedRecord>> QueryAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        CheckQuery(limit, cancellationToken);
        using var followed = database.Telemetry.BeginRead(query.Kind, "list");
        return await lists.ReadAsync(ListSql.List(PostgresDialect.Instance, query, after, limit, keysOnly: false), cancellationToken);
    }

    public async ValueTask<IReadOnlyList<RecordPosition>> QueryKeysAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        CheckQuery(limit, cancellationToken, RecordRules.MaxKeys);
        using var followed = database.Telemetry.BeginRead(query.Kind, "keys");
        return await lists.ReadKeysAsync(ListSql.List(PostgresDialect.Instance, query, after, limit, keysOnly: true), cancellationToken);
    }

    public async ValueTask<IReadOnlyList<RecordGroup>> GroupAsync(
        RecordQuery query, RecordColumn column, IReadOnlyList<string> values, int first, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckGroup(query, column, values, first);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        using var followed = database.Telemetry.BeginRead(query.Kind, "count");
        return await lists.GroupAsync(ListSql.Group(PostgresDialect.Instance, query, column, values, first), query.Tenant, first, cancellationToken);
    }

    public async ValueTask<RecordUsage> GetUsageAsync(RecordKind kind, string tenant, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        using var followed = database.Telemetry.BeginRead(kind, "count");
        return await lists.SumAsync(TenantSql.Usage(kind, tenant), cancellationToken);
    }

    public async ValueTask<IReadOnlyList<VersionedKey>> ListKeysAsync(
        RecordKind kind, string tenant, RecordKey? after, int limit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        using var followed = database.Telemetry.BeginRead(kind, "list");
        return await lists.ReadVersionsAsync(TenantSql.Keys(kind, tenant, after, limit), cancellationToken);
    }

    public async ValueTask<RecordSnapshot> ScanAsync(RecordKind kind, RecordKey? after = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        var revision = kind.HasFeed ? await CurrentRevisionAsync(kind, cancellationToken) : 0;
        return new RecordSnapshot(revision, SnapshotQuery.ReadAsync(database, RecordTable.Of(kind), after, CancellationToken.None));
    }

    public async ValueTask<RecordPicture> PictureAsync(RecordKind kind, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        return await SnapshotQuery.PictureAsync(database, Followed(kind).Feed.Table, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<ImportedRecord>> ImportAsync(
        RecordKind kind, IReadOnlyList<RecordChange> records, bool replace, CancellationToken cancellationToken = default)
    {
        RecordImport.Check(kind, records);
        ThrowUnlessOpen();
        var writes = records
            .Select(record => new PendingWrite(
                kind,
                record.Key,
                0,
                record.Body,
                record.Body is { } written ? ColumnValues.Read(kind, written.Fields) : null,
                CancellationToken.None)
            {
                Import = new RecordImport(record.Revision, replace),
            })
            .ToArray();
        var imported = await new RecordImporter(database).RunAsync(writes, replace, cancellationToken);
        if (kind.HasFeed)
        {
            Followed(kind).Feed.Hear(imported.Select(record => record.Version).DefaultIfEmpty().Max());
        }

        return imported;
    }

    public async ValueTask<long> CurrentRevisionAsync(RecordKind kind, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        return await SnapshotQuery.RevisionAsync(database, Followed(kind).Feed.Table, cancellationToken);
    }

    public long HeardRevision(RecordKind kind) => Followed(kind).Feed.Heard;

    public async ValueTask<long?> GetSizeAsync(CancellationToken cancellationToken = default)
    {
        ThrowUnlessOpen();
        return await database.RunAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(
                    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class "
                        + "WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')",
                    connection);
                return (long?)await command.ExecuteScalarAsync(token);
            },
            cancellationToken);
    }

    public ValueTask<ChangeBatch> ReadChangesAsync(RecordKind kind, long revision, CancellationToken cancellationToken = default)
    {
        ThrowUnlessOpen();
        return Followed(kind).Feed.ReadAsync(revision, cancellationToken);
    }

    /// <summary>Shows the feed a change that this process committed by another way than this store's.</summary>
    internal ValueTask OfferAsync(RecordKind kind, RecordChange change) => Followed(kind).Feed.OfferAsync(change.Revision - 1, [change], began: null);

    /// <summary>Removes the deletions that are old enough, now.</summary>
    internal Task SweepAsync(RecordKind kind, CancellationToken cancellationToken) => Followed(kind).SweepAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            try
            {
                await Task.WhenAll(followed.Select(kind => kind.Writes.CompleteAsync()).Concat([writes.CompleteAsync(), bulkWrites.CompleteAsync()]));
                await Task.WhenAll(followed.Select(kind => kind.Reads.CompleteAsync()).Concat([reads.CompleteAsync(), bulkReads.CompleteAsync()]));
                foreach (var kind in followed)
                {
                    kind.Feed.Close(() => RecordRules.Stopping(Name));
                }

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

    private ValueTask<long> ChangeAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody? body, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        RecordRules.CheckKey(kind, key);
        ThrowUnlessOpen();
        var columns = body is { } written ? ColumnValues.Read(kind, written.Fields) : null;
        return StoreTelemetry.Enqueue(
            WritesOf(kind),
            new PendingWrite(kind, key, expectedVersion, body, columns, cancellationToken) { Followed = database.Telemetry.BeginWrite(kind) },
            static (queue, write) => queue.EnqueueAsync(write));
    }

    private GroupCommit WritesOf(RecordKind kind)
    {
        if (kind.HasFeed)
        {
            return Followed(kind).Writes;
        }

        return kind.IsBulk ? bulkWrites : writes;
    }

    private FollowedKind Followed(RecordKind kind) => Array.Find(followed, candidate => candidate.Kind == kind)
        ?? throw new ArgumentException($"The {Description} follows no changes of the kind '{kind}'.", nameof(kind));

    private void CheckQuery(int limit, CancellationToken cancellationToken, int most = RecordRules.MaxLimit)
    {
        RecordRules.CheckLimit(limit, most: most);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
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
