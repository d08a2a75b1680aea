using Microsoft.Extensions.Logging;
using Orleans.Storage;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.AdoNet;

/// <summary>
/// Keeps records in PostgreSQL through Orleans's stock <see cref="AdoNetGrainStorage"/>: one row of <c>orleansstorage</c> for each, one
/// transaction a write. Triggers turn every change of an agent into one of the table <c>agents</c>, which snapshot and feed are read from as
/// <see cref="PostgresStore"/> reads them. See sql/adonet and docs/adonet.md.
/// </summary>
/// <remarks>
/// The provider's ETag is a 32-bit number. Of an agent it is the low half of the revision, which the triggers give: expected versions
/// become ETags, and ETags revisions, in <see cref="ProviderRecords"/> alone. Tasks, contexts and what goes with them are not kept by the
/// provider, but by a <see cref="PostgresStore"/> on the same database.
/// </remarks>
public sealed class AdoNetStore : IRecordStore
{
    private const string Migrations = "schema_migrations_adonet";

    /// <summary>Connections that writes leave to the listener, the feed and the directory.</summary>
    private const int KeptFree = 3;

    private readonly PostgresStoreOptions options;
    private readonly ILogger logger;
    private readonly StoreTelemetry telemetry = new("adonet");
    private readonly RecordKind provided;
    private readonly PostgresStore tables;
    private readonly ProviderRecords records;
    private readonly SemaphoreSlim turns;
    private readonly OpenCalls calls;
    private volatile bool opened;

    /// <param name="provided">The kind whose records the provider keeps; the migrations in sql/adonet have its triggers.</param>
    /// <inheritdoc cref="PostgresStore(PostgresStoreOptions, IEnumerable{RecordKind}, ILogger{PostgresStore}, BackgroundLoops)"/>
    public AdoNetStore(
        PostgresStoreOptions options, RecordKind provided, IEnumerable<RecordKind> kinds, ILoggerFactory loggers, BackgroundLoops? loops = null)
    {
        this.options = options;
        this.provided = provided;
        logger = loggers.CreateLogger<AdoNetStore>();
        tables = new PostgresStore(options, kinds, loggers.CreateLogger<PostgresStore>(), loops);
        records = new ProviderRecords(tables, provided, Description, loggers);
        turns = new SemaphoreSlim(Math.Max(1, options.PoolMax - KeptFree));
        calls = new OpenCalls(options.MaxQueuedWrites, () => RecordRules.Stopping(Name), () => RecordRules.Busy(Name, "calls"));
    }

    public string Name => tables.Name;

    public string Description => $"{tables.Description}, through the ADO.NET provider";

    public bool IsShared => true;

    public long History => tables.History;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await tables.OpenAsync(cancellationToken);
        if (await tables.Database.RunAsync(DatabaseRules.IsPooledAsync, cancellationToken))
        {
            // A change whose connection was lost is ended by the server's process number, which a pooler hides.
            throw new StoreStartException($"The {Description} cannot be used: a pooler (PgBouncer) is between. Name the server itself in "
                + "DATABASE_URL, or set STORAGE_TYPE=postgres.");
        }

        await new PostgresMigrations(tables.Database, logger, Migration.AdoNet, Migrations).OpenAsync(options.RunMigrations, cancellationToken);
        await records.StartAsync(cancellationToken);
        opened = true;
    }

    public async ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (kind != provided)
        {
            return await tables.ReadAsync(kind, key, cancellationToken);
        }

        var place = records.PlaceOf(key);
        using var followed = telemetry.BeginRead(kind, "get");
        return await CallAsync(() => records.ReadAsync(place), cancellationToken);
    }

    public ValueTask<long> WriteAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckBody(body);
        return ChangeAsync(kind, key, expectedVersion, body, cancellationToken);
    }

    public ValueTask<long> DeleteAsync(RecordKind kind, RecordKey key, long expectedVersion, CancellationToken cancellationToken = default) =>
        ChangeAsync(kind, key, expectedVersion, body: null, cancellationToken);

    public ValueTask<RecordUsage> GetUsageAsync(RecordKind kind, string tenant, CancellationToken cancellationToken = default) =>
        tables.GetUsageAsync(kind, tenant, cancellationToken);

    public ValueTask<IReadOnlyList<VersionedKey>> ListKeysAsync(
        RecordKind kind, string tenant, RecordKey? after, int limit, CancellationToken cancellationToken = default) =>
        tables.ListKeysAsync(kind, tenant, after, limit, cancellationToken);

    public ValueTask<RecordSnapshot> ScanAsync(RecordKind kind, RecordKey? after = null, CancellationToken cancellationToken = default) =>
        tables.ScanAsync(kind, after, cancellationToken);

    public ValueTask<RecordPicture> PictureAsync(RecordKind kind, CancellationToken cancellationToken = default) =>
        tables.PictureAsync(kind, cancellationToken);

    /// <summary>The provider gives its own revisions: its records are written one by one, and keep none. A revision of what is not here is passed over.</summary>
    public async ValueTask<IReadOnlyList<ImportedRecord>> ImportAsync(
        RecordKind kind, IReadOnlyList<RecordChange> records, bool replace, CancellationToken cancellationToken = default)
    {
        if (kind != provided)
        {
            return await tables.ImportAsync(kind, records, replace, cancellationToken);
        }

        RecordImport.Check(kind, records);
        var imported = new ImportedRecord[records.Count];
        for (var i = 0; i < imported.Length; i++)
        {
            imported[i] = await ImportOneAsync(records[i], replace, cancellationToken);
        }

        return imported;
    }

    public ValueTask<long> CurrentRevisionAsync(RecordKind kind, CancellationToken cancellationToken = default) =>
        tables.CurrentRevisionAsync(kind, cancellationToken);

    public long HeardRevision(RecordKind kind) => tables.HeardRevision(kind);

    public ValueTask<long?> GetSizeAsync(CancellationToken cancellationToken = default) => tables.GetSizeAsync(cancellationToken);

    public ValueTask<ChangeBatch> ReadChangesAsync(RecordKind kind, long revision, CancellationToken cancellationToken = default) =>
        tables.ReadChangesAsync(kind, revision, cancellationToken);

    public ValueTask<IReadOnlyList<ListedRecord>> QueryAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        tables.QueryAsync(query, after, limit, cancellationToken);

    public ValueTask<IReadOnlyList<RecordPosition>> QueryKeysAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        tables.QueryKeysAsync(query, after, limit, cancellationToken);

    public ValueTask<IReadOnlyList<RecordGroup>> GroupAsync(
        RecordQuery query, RecordColumn column, IReadOnlyList<string> values, int first, CancellationToken cancellationToken = default) =>
        tables.GroupAsync(query, column, values, first, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await calls.CompleteAsync();
        try
        {
            await tables.DisposeAsync();
        }
        finally
        {
            await records.DisposeAsync();
            turns.Dispose();
        }
    }

    private async ValueTask<ImportedRecord> ImportOneAsync(RecordChange record, bool replace, CancellationToken cancellationToken)
    {
        while (true)
        {
            var stored = await ReadAsync(provided, record.Key, cancellationToken);
            if (stored is null ? record.Body is null : stored.Body == record.Body)
            {
                return new ImportedRecord(ImportResult.Same, stored?.Version ?? 0);
            }

            if (stored is not null && !replace)
            {
                return new ImportedRecord(ImportResult.Kept, stored.Version);
            }

            try
            {
                var version = await ChangeAsync(provided, record.Key, stored?.Version ?? 0, record.Body, cancellationToken);
                var written = stored is null ? ImportResult.Created : ImportResult.Replaced;
                return new ImportedRecord(record.Body is null ? ImportResult.Deleted : written, version);
            }
            catch (InconsistentStateException)
            {
                // Somebody else has written meanwhile: it is judged again.
            }
            catch (RegistryException refusal) when (refusal.Error == RegistryError.Invalid)
            {
                return new ImportedRecord(ImportResult.Refused, 0, refusal);
            }
        }
    }

    private async ValueTask<long> ChangeAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody? body, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        if (kind != provided)
        {
            return await (body is { } other
                ? tables.WriteAsync(kind, key, expectedVersion, other, cancellationToken)
                : tables.DeleteAsync(kind, key, expectedVersion, cancellationToken));
        }

        var place = records.PlaceOf(key);
        var followed = telemetry.BeginWrite(kind);
        long revision;
        try
        {
            revision = await CallAsync(() => records.CommitAsync(place, expectedVersion, body), cancellationToken);
            followed.Ended(null);
        }
        catch (Exception fault)
        {
            followed.Ended(fault);
            throw;
        }

        await tables.OfferAsync(provided, new RecordChange(key, revision, body));
        return revision;
    }

    /// <summary>Runs a call in its turn. It can be cancelled while it waits, not once it runs.</summary>
    private async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        calls.Enter();
        try
        {
            if (!opened)
            {
                throw new InvalidOperationException($"The {Description} is not open: call {nameof(OpenAsync)} first.");
            }

            await turns.WaitAsync(cancellationToken);
            try
            {
                return await call();
            }
            finally
            {
                turns.Release();
            }
        }
        finally
        {
            calls.Leave();
        }
    }
}
