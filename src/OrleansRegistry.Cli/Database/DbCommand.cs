using Microsoft.Extensions.Logging;
using OrleansRegistry.Clustering;
using OrleansRegistry.Hosting;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Sqlite;

namespace OrleansRegistry.Cli.Database;

/// <summary>Works on the schema of a store. No registry is hosted for it, and on SQLite none can serve the folder meanwhile.</summary>
internal abstract class DbCommand(string name, string description, params string[] examples) : RegistryCommand(name, description, examples)
{
    /// <summary>A store may be made for it.</summary>
    protected virtual bool MakesStore => false;

    /// <summary>Looks at the words before anything is opened.</summary>
    protected virtual void Check(CommandCall call)
    {
    }

    /// <param name="clustering">The tables in which silos find one another, which exist where a cluster does; null where none is set.</param>
    protected abstract Task RunAsync(CommandCall call, IMigrations registry, IMigrations? clustering);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        Check(call);
        var options = call.Place().Options(call.Terminal);
        if (!MakesStore)
        {
            StorePlace.MustExist(options);
        }

        using var loggers = Loggers.Create(call);
        await using var registry = Registry(options, loggers);
        await using var clustering = options.Cluster.Type == ClusteringType.Postgres
            ? PostgresMigrations.OfClustering(RegistrySettings.DatabaseOf(options), loggers.CreateLogger<PostgresMigrations>())
            : null;
        await RunAsync(call, registry, clustering);
        return ExitCode.Done;
    }

    private static IMigrations Registry(RegistryOptions options, ILoggerFactory loggers) => options.StorageType == StorageType.Sqlite
        ? new SqliteSchema(new SqliteStoreOptions { Directory = options.DataDirectory }, loggers.CreateLogger<SqliteSchema>())
        : new PostgresMigrations(RegistrySettings.DatabaseOf(options), loggers.CreateLogger<PostgresMigrations>());
}
