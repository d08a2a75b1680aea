using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// The database in which the silos of a cluster find one another, over a small pool of its own: heartbeats must not wait behind writes.
/// </summary>
public sealed class MembershipDatabase : IAsyncDisposable
{
    /// <summary>The most connections that it takes beside those of the store.</summary>
    public const int PoolMax = 4;

    private readonly PostgresDatabase database;
    private readonly ILogger logger;
    private readonly bool migrate;

    /// <param name="options">The database; pool and timeouts are this class's own.</param>
    /// <exception cref="StoreStartException">An option or the connection string is wrong.</exception>
    public MembershipDatabase(PostgresStoreOptions options, ILogger<MembershipDatabase> logger)
    {
        this.logger = logger;
        migrate = options.RunMigrations;

        // An answer that comes later is of no use to a failure detector, which asks again.
        var timeout = TimeSpan.FromSeconds(5);
        database = new PostgresDatabase(
            options with { PoolMin = 0, PoolMax = PoolMax, Timeout = timeout, CommandTimeout = timeout },
            logger,
            TimeProvider.System);
    }

    public DbDataSource Source => database.Source;

    /// <summary>Brings the tables up to date, or refuses where they are behind and may not be touched.</summary>
    /// <exception cref="StoreStartException">The database cannot be reached, or its tables are not what this program needs.</exception>
    public Task OpenAsync(CancellationToken cancellationToken) =>
        PostgresMigrations.OfClustering(database, logger).OpenAsync(migrate, cancellationToken);

    /// <summary>Sets a cluster's time by this database's clock.</summary>
    /// <exception cref="RegistryException">The database cannot be reached.</exception>
    public async Task SetAsync(DatabaseTime time, CancellationToken cancellationToken)
    {
        var (asked, reading) = await database.RunAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
                var began = time.GetTimestamp();
                return (began, new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(token))!));
            },
            cancellationToken);
        time.Set(reading, asked);
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
