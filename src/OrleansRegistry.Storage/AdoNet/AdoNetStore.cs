using Microsoft.Extensions.Logging;
using Orleans.Storage;
using OrleansRegistry.Model;
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
    private readonly PostgresStore tables;
    private readonly ProviderRecords agents;
    private readonly SemaphoreSlim turns;
    private readonly OpenCalls calls;
    private volatile bool opened;

    /// <inheritdoc cref="PostgresStore(PostgresStoreOptions, ILogger{PostgresStore}, BackgroundLoops)"/>
    public AdoNetStore(PostgresStoreOptions options, ILoggerFactory loggers, BackgroundLoops? loops = null)
    {
        (this.options, logger) = (options, loggers.CreateLogger<AdoNetStore>());
        tables = new PostgresStore(options, loggers.CreateLogger<PostgresStore>(), loops);
        agents = new ProviderRecords(tables, Description, loggers);
        turns = new SemaphoreSlim(Math.Max(1, options.PoolMax - KeptFree));
        calls = new OpenCalls(options.MaxQueuedWrites, () => RecordRules.Stopping(Name), () => Busy(Name));
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
            throw new StoreStartException($"The {Description} cannot be used: a pooler (PgBouncer) is between. Name the server itself in DATABASE_URL, or set STORAGE_TYPE=postgres.");
        }

        await new PostgresMigrations(tables.Database, logger, Migration.AdoNet, Migrations).OpenAsync(options.RunMigrations, cancellationToken);
        await agents.StartAsync(cancellationToken);
        opened = true;
    }

    public async ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (kind != RecordKind.Agent)
        {
            return await tables.ReadAsync(kind, key, cancellationToken);
        }

        var place = ProviderRecords.PlaceOf(key);
        return await CallAsync(() => agents.ReadAsync(place), cancellationToken);
    }

    public ValueTask<long> WriteAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckBody(body);
        return ChangeAsync(kind, key, expectedVersion, body, cancellationToken);
    }

    public ValueTask<long> DeleteAsync(RecordKind kind, RecordKey key, long expectedVersion, CancellationToken cancellationToken = default) =>
        ChangeAsync(kind, key, expectedVersion, body: null, cancellationToken);

    public ValueTask<RecordSnapshot> SnapshotAsync(CancellationToken cancellationToken = default) => tables.SnapshotAsync(cancellationToken);

    public ValueTask<long> CurrentRevisionAsync(CancellationToken cancellationToken = default) => tables.CurrentRevisionAsync(cancellationToken);

    public ValueTask<ChangeBatch> ReadChangesAsync(long revision, CancellationToken cancellationToken = default) =>
        tables.ReadChangesAsync(revision, cancellationToken);

    public ValueTask<IReadOnlyList<StoredRecord>> ListTasksAsync(
        TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        tables.ListTasksAsync(filter, after, limit, cancellationToken);

    public ValueTask<IReadOnlyList<RecordPosition>> ListTaskKeysAsync(
        TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        tables.ListTaskKeysAsync(filter, after, limit, cancellationToken);

    public ValueTask<IReadOnlyList<RecordPosition>> ListContextKeysAsync(
        ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        tables.ListContextKeysAsync(filter, after, limit, cancellationToken);

    public ValueTask<IReadOnlyDictionary<TaskState, long>> CountTasksAsync(TaskFilter filter, CancellationToken cancellationToken = default) =>
        tables.CountTasksAsync(filter, cancellationToken);

    public ValueTask<IReadOnlyList<ContextTasks>> SummarizeContextsAsync(
        string tenant, string owner, IReadOnlyList<string> contextIds, int newest, CancellationToken cancellationToken = default) =>
        tables.SummarizeContextsAsync(tenant, owner, contextIds, newest, cancellationToken);

    public ValueTask<IReadOnlyList<StoredRecord>> ListContextsAsync(
        ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        tables.ListContextsAsync(filter, after, limit, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await calls.CompleteAsync();
        try
        {
            await tables.DisposeAsync();
        }
        finally
        {
            await agents.DisposeAsync();
            turns.Dispose();
        }
    }

    private async ValueTask<long> ChangeAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody? body, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        if (kind != RecordKind.Agent)
        {
            return await (body is { } other
                ? tables.WriteAsync(kind, key, expectedVersion, other, cancellationToken)
                : tables.DeleteAsync(kind, key, expectedVersion, cancellationToken));
        }

        var place = ProviderRecords.PlaceOf(key);
        var revision = await CallAsync(() => agents.CommitAsync(place, expectedVersion, body), cancellationToken);
        await tables.OfferAsync(new RecordChange(key, revision, body));
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

    private static RegistryException Busy(string name) =>
        new(RegistryError.Busy, $"The {name} has too many calls waiting. Nothing was stored; try again shortly.") { RetryAfter = TimeSpan.FromSeconds(1) };
}
