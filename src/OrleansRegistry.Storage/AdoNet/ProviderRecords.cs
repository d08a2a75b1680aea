using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.AdoNet;

/// <summary>
/// The records of agents as Orleans's stock provider keeps them: read, and changed once. What may pass is tried again, and a change whose
/// answer was lost is looked up.
/// </summary>
internal sealed class ProviderRecords : IAsyncDisposable
{
    private const string Name = "adonet";
    private const string ServiceId = "orleans-registry";

    private static readonly GrainType Grain = GrainType.Create("record");
    private readonly PostgresStore tables;
    private readonly RecordKind kind;
    private readonly string description;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private readonly ProviderConnections connections;
    private readonly LostConnections lost;
    private readonly AdoNetGrainStorage provider;

    /// <param name="tables">What the triggers make of the records, on the same database.</param>
    /// <param name="description">The store, for people.</param>
    public ProviderRecords(PostgresStore tables, RecordKind kind, string description, ILoggerFactory loggers)
    {
        this.tables = tables;
        this.kind = kind;
        this.description = description;
        this.loggers = loggers;
        logger = loggers.CreateLogger<AdoNetStore>();
        connections = new ProviderConnections(tables.Database.Source);
        lost = new LostConnections(tables.Database);
        var serializer = new RecordPayloadSerializer();
        provider = new AdoNetGrainStorage(
            serializer,
            loggers.CreateLogger<AdoNetGrainStorage>(),
            Options.Create(new AdoNetGrainStorageOptions { Invariant = "Npgsql", DataSource = connections, GrainStorageSerializer = serializer }),
            Options.Create(new ClusterOptions { ServiceId = ServiceId, ClusterId = ServiceId }),
            Name);
    }

    /// <exception cref="StoreStartException">The provider cannot use the database.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var lifecycle = new SiloLifecycleSubject(loggers.CreateLogger<SiloLifecycleSubject>());
        provider.Participate(lifecycle);
        try
        {
            await lifecycle.OnStart(cancellationToken);
        }
        catch (Exception fault) when (Reason(fault) is var reason && PostgresFaults.Is(reason))
        {
            throw PostgresFaults.Start(description, Reason(fault));
        }
    }

    /// <exception cref="RegistryException">No record can have this key.</exception>
    public Place PlaceOf(RecordKey key)
    {
        RecordRules.CheckKey(kind, key);
        if (key.Tenant.Contains('/', StringComparison.Ordinal))
        {
            throw RegistryException.Invalid("tenant", "must not hold a '/'");
        }

        var (tenant, id, longId) = KeyText.Columns(key);
        return new Place(key, GrainId.Create(Grain, $"t/{tenant}/{id}"), longId);
    }

    /// <summary>The record, or null.</summary>
    public Task<StoredRecord?> ReadAsync(Place place) => RetryAsync(() => LoadAsync(place));

    /// <summary>
    /// Writes the record, or deletes it where there is no <paramref name="body"/>: once, and again where nothing was stored for what may pass.
    /// </summary>
    /// <returns>The revision.</returns>
    public async Task<long> CommitAsync(Place place, long expected, RecordBody? body)
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
                var stored = await ReadAsync(place);
                throw RecordRules.Conflict(kind, place.Key, stored?.Version ?? 0, expected);
            }
            catch (PostgresException refused) when (PostgresFaults.IsRolledBack(refused) && PostgresFaults.IsOfData(refused))
            {
                throw new RegistryException(
                    RegistryError.Invalid,
                    $"{kind} '{place.Key.Id}' of tenant '{place.Key.Tenant}' was refused by the {PostgresDatabase.Name} ({refused.SqlState}). "
                        + "Nothing was stored.",
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

    public ValueTask DisposeAsync() => connections.DisposeAsync();

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
            await provider.WriteStateAsync(kind.Name, place.GrainId, state);
        }
        else if (expected != 0)
        {
            await provider.ClearStateAsync(kind.Name, place.GrainId, state);
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
        var near = tables.PositionOf(kind);
        return near + unchecked(int.Parse(etag, CultureInfo.InvariantCulture) - (int)near);
    }

    private async Task<StoredRecord?> LoadAsync(Place place)
    {
        await lost.SettleAsync();
        var state = new GrainState<RecordPayload>();
        await provider.ReadStateAsync(kind.Name, place.GrainId, state);
        return state.RecordExists ? new StoredRecord(place.Key, state.State!.Revision, state.State.Body) : null;
    }

    /// <summary>What became of a change whose answer was lost: its revision, or null where it was not stored.</summary>
    /// <exception cref="InconsistentStateException">Others changed the record since.</exception>
    /// <exception cref="RecordOutcomeUnknownException">The server cannot be asked.</exception>
    private async Task<long?> ResolveAsync(Place place, long expected, RecordBody? body, Exception cause)
    {
        try
        {
            var stored = await ReadAsync(place);
            long? revision = null;
            if (stored is null && body is null)
            {
                revision = await tables.CurrentRevisionAsync(kind);
            }
            else if (stored is not null && stored.Body == body && stored.Version != expected)
            {
                revision = stored.Version;
            }

            if (revision is null && (stored?.Version ?? 0) != expected)
            {
                throw RecordRules.Conflict(kind, place.Key, stored?.Version ?? 0, expected);
            }

            logger.OutcomeResolved(description, 1, revision is null ? "not stored" : "stored");
            return revision;
        }
        catch (Exception fault) when (fault is RegistryException || PostgresFaults.Is(Reason(fault)))
        {
            logger.OutcomeUnknown(fault, description, 1);
            throw new RecordOutcomeUnknownException(
                $"The {PostgresDatabase.Name} lost the connection while it wrote, and cannot be asked now what became of it.", fault);
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
        : throw tables.Database.Translate(fault);

    private static Exception Reason(Exception fault) => fault is NothingSentException { InnerException: { } reason } ? reason : fault;

    /// <summary>Where the provider keeps a record.</summary>
    public sealed record Place(RecordKey Key, GrainId GrainId, string? LongId);
}
