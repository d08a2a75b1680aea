using System.Globalization;
using OrleansRegistry.Clustering;
using OrleansRegistry.Hosting;
using OrleansRegistry.Storage;
using OrleansRegistry.Settings;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Sqlite;

namespace OrleansRegistry.Server;

/// <summary>
/// <c>migrate status</c>, <c>migrate up</c> and <c>migrate down N</c>: the database's schema by hand. Down takes back what is above
/// migration N, with its data.
/// </summary>
internal static class MigrateCommand
{
    public const string Name = "migrate";

    private const string Usage =
        "Usage: migrate status | migrate up | migrate down N (takes back every migration above N, with its data; 0 takes back all)";

    /// <returns>The exit code: 0, or 2 when the words are not one of these commands.</returns>
    public static async Task<int> RunAsync(string[] words, IConfiguration configuration)
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddConfiguration(configuration.GetSection("Logging")).AddConsole());
        var options = RegistrySettings.Read(configuration);
        await using var registry = Registry(options, loggers);

        // The tables of a cluster have numbers of their own, and exist where a cluster does.
        await using var clustering = options.Cluster.Type == ClusteringType.Postgres
            ? PostgresMigrations.OfClustering(RegistrySettings.DatabaseOf(options), loggers.CreateLogger<PostgresMigrations>())
            : null;
        switch (words)
        {
            case ["status"]:
                Print(await registry.StatusAsync(), "");
                Print(clustering is null ? [] : await clustering.StatusAsync(), "clustering/");
                return 0;
            case ["up"]:
                Console.WriteLine($"{await registry.UpAsync() + (clustering is null ? 0 : await clustering.UpAsync())} applied");
                return 0;
            case ["down", var number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var to):
                Console.WriteLine($"{await registry.DownAsync(to) + (clustering is null || to > 0 ? 0 : await clustering.DownAsync(0))} taken back");
                return 0;
            default:
                await Console.Error.WriteLineAsync(Usage);
                return 2;
        }
    }

    private static IMigrations Registry(RegistryOptions options, ILoggerFactory loggers) => options.StorageType switch
    {
        StorageType.Memory => throw new SettingException("STORAGE_TYPE is memory: there is no schema to migrate."),
        StorageType.Sqlite => new SqliteSchema(new SqliteStoreOptions { Directory = options.DataDirectory }, loggers.CreateLogger<SqliteSchema>()),
        _ => new PostgresMigrations(RegistrySettings.DatabaseOf(options), loggers.CreateLogger<PostgresMigrations>()),
    };

    private static void Print(IReadOnlyList<MigrationStatus> migrations, string folder)
    {
        foreach (var migration in migrations)
        {
            Console.WriteLine($"{folder}{migration.Number:0000} {migration.Name,-24} "
                + $"{migration.AppliedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "pending"}");
        }
    }
}
