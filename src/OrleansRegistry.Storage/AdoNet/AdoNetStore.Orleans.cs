using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime;
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
/// become ETags, and ETags revisions, in this class alone. Tasks, contexts and what goes with them are not kept by the
/// provider, but by a <see cref="PostgresStore"/> on the same database.
/// </remarks>
public sealed class AdoNetStore : IRecordStore
{
    private const string Name = "adonet";
    private const string ServiceId = "orleans-registry";
    private const string History = "schema_migrations_adonet";

    /// <summary>Connections that writes leave to the listener, the feed and the directory.</summary>
    private const int KeptFree = 3;

    private static readonly GrainType Grain = GrainType.Create("record");

    private readonly PostgresStoreOptions options;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private readonly PostgresStore tables;
    private readonly ProviderConnections connections;
    private readonly LostConnections lost;
    private readonly AdoNetGrainStorage provider;
    private readonly SemaphoreSlim turns;
    private readonly OpenCalls calls;
    private volatile bool opened;

    /// <exception cref="StoreStartException">An option or the connection string is wrong.</exception>
    public AdoNetStore(PostgresStoreOptions options, ILoggerFactory loggers)
    {
        (this.options, this.loggers, logger) = (options, loggers, loggers.CreateLogger<AdoNetStore>());
        tables = new PostgresStore(options, loggers.CreateLogger<PostgresStore>());
        connections = new ProviderConnections(tables.Database.Source);
        lost = new LostConnections(tables.Database);
        var serializer = new RecordPayloadSerializer();
        provider = new AdoNetGrainStorage(
            serializer,
            loggers.CreateLogger<AdoNetGrainStorage>(),
            Options.Create(new AdoNetGrainStorageOptions { Invariant = "Npgsql", DataSource = connections, GrainStorageSerializer = serializer }),
            Options.Create(new ClusterOptions { ServiceId = ServiceId, ClusterId = ServiceId }),
            Name);
        turns = new SemaphoreSlim(Math.Max(1, options.PoolMax - KeptFree));
        calls = new OpenCalls(options.MaxQueuedWrites, () => RecordRules.Stopping(Description), () => Busy(Description));
    }

    public string Description => $"{tables.Description}, through the ADO.NET provider";

    public bool IsShared => true;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await tables.OpenAsync(cancellationToken);
        await new PostgresMigrations(tables.Database, logger, Migration.AdoNet, History).OpenAsync(options.RunMigrations, cancellationToken);
        var lifecycle = new SiloLifecycleSubject(loggers.CreateLogger<SiloLifecycleSubject>());
        provider.Participate(lifecycle);
        try
        {
            await lifecycle.OnStart(cancellationToken);
        }
        catch (Exception fault) when (Reason(fault) is var reason && PostgresFaults.Is(reason))
        {
            throw PostgresFaults.Start(Description, Reason(fault));
        }

        opened = true;
    }

    public async ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (kind != RecordKind.Agent)
        {
            return await tables.ReadAsync(kind, key, cancellationToken);
        }

        var place = PlaceOf(kind, key);
        return await CallAsync(() => RetryAsync(() => LoadAsync(place)), cancellationToken);
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

    public ValueTask<IReadOnlyDictionary<TaskState, long>> CountTasksAsync(TaskFilter filter, CancellationToken cancellationToken = default) =>
        tables.CountTasksAsync(filter, cancellationToken);

    public ValueTask<IReadOnlyList<StoredRecord>> ListContextsAsync(
        ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        tables.ListContextsAsync(filter, after, limit, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await calls.CompleteAsync();
        await tables.DisposeAsync();
        await connections.DisposeAsync();
        turns.Dispose();
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

        var place = PlaceOf(kind, key);
        var revision = await CallAsync(() => CommitAsync(place, expectedVersion, body), cancellationToken);
        tables.Offer(new RecordChange(key, revision, body));
        return revision;
    }

    /// <summary>Commits once, and again where nothing was stored for what may pass.</summary>
    private async Task<long> CommitAsync(Place place, long expected, RecordBody? body)
    {
        for (var attempt = 0; ; attempt++)
        {
            var use = connections.Watch();
            try
            {
                return await SendAsync(place, expected, body);
            }
            catch (InconsistentStateException)
            {
                var stored = await RetryAsync(() => LoadAsync(place));
                throw RecordRules.Conflict(place.Table.Kind, place.Key, stored?.Version ?? 0, expected);
            }
            catch (PostgresException refused) when (PostgresFaults.IsRolledBack(refused) && PostgresFaults.IsOfData(refused))
            {
                throw new RegistryException(
                    RegistryError.Invalid,
                    $"{place.Table.Kind} '{place.Key.Id}' of tenant '{place.Key.Tenant}' was refused by the {Description} ({refused.SqlState}: {refused.MessageText}). Nothing was stored.",
                    innerException: refused);
            }
            catch (Exception fault) when (PostgresFaults.Is(Reason(fault)))
            {
                if (fault is not NothingSentException && !PostgresFaults.IsRolledBack(fault))
                {
                    lost.Add(use.Process);
                    if (await ResolveAsync(place, expected, body, fault) is { } revision)
                    {
                        return revision;
                    }
                }

                await PauseOrThrowAsync(Reason(fault), attempt);
            }
        }
    }

    private async Task<long> SendAsync(Place place, long expected, RecordBody? body)
    {
        var state = new GrainState<RecordPayload>
        {
            State = body is { } written ? RecordPayload.Of(place.LongId, written) : null!,
            ETag = expected == 0 ? null! : unchecked((int)expected).ToString(CultureInfo.InvariantCulture),
            RecordExists = expected != 0,
        };
        if (body is not null)
        {
            await provider.WriteStateAsync(place.StateName, place.GrainId, state);
        }
        else if (expected != 0)
        {
            await provider.ClearStateAsync(place.StateName, place.GrainId, state);
        }
        else
        {
            throw new InconsistentStateException("There is nothing to delete.");
        }

        return RevisionOf(state.ETag!);
    }

    /// <summary>The revision just committed, of which the ETag is the low half: the one that is nearest to the newest known.</summary>
    private long RevisionOf(string etag)
    {
        var near = tables.Position;
        return near + unchecked(int.Parse(etag, CultureInfo.InvariantCulture) - (int)near);
    }

    private async Task<StoredRecord?> LoadAsync(Place place)
    {
        await lost.SettleAsync();
        var state = new GrainState<RecordPayload>();
        await provider.ReadStateAsync(place.StateName, place.GrainId, state);
        return state.RecordExists ? new StoredRecord(place.Key, state.State!.Revision, state.State.Body) : null;
    }

    /// <summary>What became of a change whose answer was lost: its revision, or null where it was not stored.</summary>
    /// <exception cref="InconsistentStateException">Others changed the record since.</exception>
    /// <exception cref="RecordOutcomeUnknownException">The server cannot be asked.</exception>
    private async Task<long?> ResolveAsync(Place place, long expected, RecordBody? body, Exception cause)
    {
        try
        {
            var stored = await RetryAsync(() => LoadAsync(place));
            long? revision = stored is null && body is null
                ? await tables.CurrentRevisionAsync()
                : stored is not null && stored.Body == body && stored.Version != expected ? stored.Version : null;
            if (revision is null && (stored?.Version ?? 0) != expected)
            {
                throw RecordRules.Conflict(place.Table.Kind, place.Key, stored?.Version ?? 0, expected);
            }

            logger.OutcomeResolved(Description, 1, revision is null ? "not stored" : "stored");
            return revision;
        }
        catch (Exception fault) when (fault is RegistryException || PostgresFaults.Is(Reason(fault)))
        {
            logger.OutcomeUnknown(fault, Description, 1);
            throw new RecordOutcomeUnknownException(
                $"The {Description} lost the connection while it wrote ({cause.Message}), and cannot be asked now what became of it ({fault.Message}).", fault);
        }
    }

    private async Task<T> RetryAsync<T>(Func<Task<T>> read)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await read();
            }
            catch (Exception fault) when (PostgresFaults.Is(Reason(fault)))
            {
                await PauseOrThrowAsync(Reason(fault), attempt);
            }
        }
    }

    private Task PauseOrThrowAsync(Exception fault, int attempt) => attempt < tables.Database.MaxRetries && PostgresFaults.MayPass(fault)
        ? tables.Database.PauseAsync(fault, attempt, CancellationToken.None)
        : throw PostgresFaults.Translate(Description, fault);

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

    private static Place PlaceOf(RecordKind kind, RecordKey key)
    {
        RecordRules.CheckKey(kind, key);
        if (key.Tenant.Contains('/', StringComparison.Ordinal))
        {
            throw RegistryException.Invalid("tenant", "must not hold a '/'");
        }

        var table = RecordTable.All[kind];
        var (tenant, id, longId) = KeyText.Columns(key);
        return new Place(table, key, GrainId.Create(Grain, $"t/{tenant}/{id}"), longId);
    }

    private static Exception Reason(Exception fault) => fault is NothingSentException { InnerException: { } reason } ? reason : fault;

    private static RegistryException Busy(string description) =>
        new(RegistryError.Busy, $"The {description} has too many calls waiting. Nothing was stored; try again shortly.") { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>Where the provider keeps a record.</summary>
    private sealed record Place(RecordTable Table, RecordKey Key, GrainId GrainId, string? LongId)
    {
        public string StateName => Table.Counter;
    }
}
