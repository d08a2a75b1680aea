using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>
/// Keeps records in an SQLite database: one file, one process, or in memory where the options name no folder. A write is answered once it is on the
/// disk, together with all that waited beside it.
/// </summary>
/// <remarks>After a crash at any moment every acknowledged write is there. See docs/sqlite.md.</remarks>
public sealed class SqliteStore : IRecordStore, IOnlineBackup
{
    private readonly SqliteStoreOptions options;
    private readonly SqliteDatabase database;
    private readonly Dictionary<RecordKind, ChangeLog> feeds;
    private readonly SqliteWriter writer;
    private readonly BackgroundLoops loops;
    private volatile bool opened;
    private int disposed;

    /// <param name="kinds">Those with a feed; others need not be named.</param>
    /// <param name="loops">Runs what the store does in the background; null for a runner of its own.</param>
    public SqliteStore(SqliteStoreOptions options, IEnumerable<RecordKind> kinds, ILogger<SqliteStore> logger, BackgroundLoops? loops = null)
    {
        this.options = options;
        this.loops = loops ?? new BackgroundLoops(TimeProvider.System, logger);
        database = new SqliteDatabase(options, logger);
        feeds = kinds.Where(kind => kind.HasFeed).ToDictionary(kind => kind, _ => new ChangeLog(options.Feed));
        writer = new SqliteWriter(database, options, feeds, logger);
    }

    public string Name => SqliteDatabase.Name;

    public string Description => database.Description;

    public bool IsShared => false;

    public string? WritesStopped => writer.WritesStopped;

    internal SqliteDatabase Database => database;

    public Task OpenAsync(CancellationToken cancellationToken)
    {
        options.Validate();
        return Task.Run(
            () =>
            {
                database.Open();
                if (!options.ReadOnly)
                {
                    writer.Start(loops);
                }

                opened = true;
            },
            cancellationToken);
    }

    public async ValueTask<bool?> HasAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
    {
        ThrowUnlessOpen();
        var (tenant, id, _) = KeyText.Columns(key);
        return await database.ReadAsync(session => session.Scalar(SqliteTable.Of(kind).Version, tenant, id) is not null, cancellationToken);
    }

    public async ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecordRules.CheckKey(kind, key);
        ThrowUnlessOpen();
        var (tenant, id, _) = KeyText.Columns(key);
        using var followed = database.Telemetry.BeginRead(kind, "get");
        return await database.ReadAsync(
            session =>
            {
                using var reader = session.Query(SqliteTable.Of(kind).Read, tenant, id);
                return reader.Read() ? new StoredRecord(key, reader.GetInt64(0), SqliteRows.Body(reader, 1)) : null;
            },
            cancellationToken);
    }

    public ValueTask<long> WriteAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckBody(body);
        return ChangeAsync(kind, key, expectedVersion, body, cancellationToken);
    }

    public ValueTask<long> DeleteAsync(RecordKind kind, RecordKey key, long expectedVersion, CancellationToken cancellationToken = default) =>
        ChangeAsync(kind, key, expectedVersion, body: null, cancellationToken);

    public ValueTask<IReadOnlyList<ListedRecord>> QueryAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        CheckQuery(limit, cancellationToken);
        return RunAsync(
            "list",
            query.Kind,
            ListSql.List(SqliteDialect.Instance, query, after, limit, keysOnly: false),
            reader =>
            {
                var position = SqliteRows.Position(reader, time: 6);
                return new ListedRecord(position, new StoredRecord(position.Key, reader.GetInt64(3), SqliteRows.Body(reader, 4)));
            },
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<RecordPosition>> QueryKeysAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        CheckQuery(limit, cancellationToken, RecordRules.MaxKeys);
        return RunAsync(
            "keys",
            query.Kind,
            ListSql.List(SqliteDialect.Instance, query, after, limit, keysOnly: true),
            reader => SqliteRows.Position(reader, time: 3),
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<RecordGroup>> GroupAsync(
        RecordQuery query, RecordColumn column, IReadOnlyList<string> values, int first, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckGroup(query, column, values, first);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        return RunAsync(
            "count",
            query.Kind,
            ListSql.Group(SqliteDialect.Instance, query, column, values, first),
            reader =>
            {
                var ids = first == 0 ? [] : SqliteRows.Texts(reader, 1);
                var tenants = first == 0 || query.Tenant is not null ? null : SqliteRows.Texts(reader, 2);
                return new RecordGroup(reader.GetInt64(0), [.. ids.Select((id, i) => new RecordKey(query.Tenant ?? tenants![i], id))]);
            },
            cancellationToken);
    }

    public async ValueTask<RecordUsage> GetUsageAsync(RecordKind kind, string tenant, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        var sums = await RunAsync(
            "count",
            kind,
            TenantSql.Usage(kind, tenant),
            reader => new RecordUsage(reader.GetInt64(0), reader.GetInt64(1)),
            cancellationToken);
        return sums[0];
    }

    public ValueTask<IReadOnlyList<VersionedKey>> ListKeysAsync(
        RecordKind kind, string tenant, RecordKey? after, int limit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        return RunAsync(
            "list",
            kind,
            TenantSql.Keys(kind, tenant, after, limit),
            reader => new VersionedKey(SqliteRows.Key(reader), reader.GetInt64(3)),
            cancellationToken);
    }

    public async ValueTask<RecordSnapshot> ScanAsync(RecordKind kind, RecordKey? after = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        var revision = feeds.ContainsKey(kind) ? await CurrentRevisionAsync(kind, cancellationToken) : 0;
        return new RecordSnapshot(revision, ReadAllAsync());

        async IAsyncEnumerable<StoredRecord> ReadAllAsync()
        {
            await foreach (var record in SqliteScan.ReadAsync(Opened, kind, after))
            {
                yield return record;
            }

            await writer.WaitForFeedsAsync(CancellationToken.None);
        }
    }

    public async ValueTask<RecordPicture> PictureAsync(RecordKind kind, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        Feed(kind);
        return await SqlitePicture.TakeAsync(database, kind, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<ImportedRecord>> ImportAsync(
        RecordKind kind, IReadOnlyList<RecordChange> records, bool replace, CancellationToken cancellationToken = default)
    {
        RecordImport.Check(kind, records);
        ThrowUnlessOpen();
        ThrowIfReadOnly("takes no writes");
        return await SqliteImport.RunAsync(writer, kind, records, replace, cancellationToken);
    }

    public ValueTask<long> CurrentRevisionAsync(RecordKind kind, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
        var feed = Feed(kind);
        return options.ReadOnly
            ? database.ReadAsync(session => SqlitePicture.RevisionOf(session, kind), cancellationToken)
            : ValueTask.FromResult(feed.Revision);
    }

    public long HeardRevision(RecordKind kind) => Feed(kind).Revision;

    public async ValueTask<long?> GetSizeAsync(CancellationToken cancellationToken = default)
    {
        ThrowUnlessOpen();
        return await database.GetSizeAsync(cancellationToken);
    }

    public ValueTask<ChangeBatch> ReadChangesAsync(RecordKind kind, long revision, CancellationToken cancellationToken = default)
    {
        ThrowUnlessOpen();
        ThrowIfReadOnly("tells no changes");
        return Feed(kind).ReadAsync(revision, cancellationToken);
    }

    /// <inheritdoc/>
    public Task CopyToAsync(string path, CancellationToken cancellationToken = default)
    {
        ThrowUnlessOpen();
        return database.CopyToAsync(path, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            await writer.DisposeAsync();
            foreach (var feed in feeds.Values)
            {
                feed.Close(() => RecordRules.Stopping(Name));
            }

            await database.DisposeAsync();
        }
    }

    private ValueTask<long> ChangeAsync(RecordKind kind, RecordKey key, long expectedVersion, RecordBody? body, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        RecordRules.CheckKey(kind, key);
        ThrowUnlessOpen();
        ThrowIfReadOnly("takes no writes");
        var columns = body is { } written ? ColumnValues.Read(kind, written.Fields) : null;
        return StoreTelemetry.Enqueue(
            writer,
            new PendingWrite(kind, key, expectedVersion, body, columns, cancellationToken) { Followed = database.Telemetry.BeginWrite(kind) },
            static (queue, write) => queue.EnqueueAsync(write));
    }

    private async ValueTask<IReadOnlyList<T>> RunAsync<T>(
        string operation,
        RecordKind kind,
        SqlQuery query,
        Func<SqliteDataReader, T> read,
        CancellationToken cancellationToken)
    {
        using var followed = database.Telemetry.BeginRead(kind, operation);
        return await database.ReadAsync(
            session =>
            {
                using var reader = session.Query(query.Sql.ToString(), [.. query.Parameters]);
                var rows = new List<T>();
                while (reader.Read())
                {
                    rows.Add(read(reader));
                }

                return rows;
            },
            cancellationToken);
    }

    private ChangeLog Feed(RecordKind kind) =>
        feeds.GetValueOrDefault(kind) ?? throw new ArgumentException($"The {Description} follows no changes of the kind '{kind}'.", nameof(kind));

    private void CheckQuery(int limit, CancellationToken cancellationToken, int most = RecordRules.MaxLimit)
    {
        RecordRules.CheckLimit(limit, most: most);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessOpen();
    }

    private SqliteDatabase Opened()
    {
        ThrowUnlessOpen();
        return database;
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

    private void ThrowIfReadOnly(string what)
    {
        if (options.ReadOnly)
        {
            throw new RegistryException(RegistryError.NotSupported, $"The {Name} is open to be read only, and {what}.");
        }
    }
}
