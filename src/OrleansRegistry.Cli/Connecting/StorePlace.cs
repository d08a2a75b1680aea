using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Hosting;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Cli;

/// <summary>Whether a command may begin a new store.</summary>
internal enum StoreUse
{
    /// <summary>It is about what is stored: there must be a store.</summary>
    Existing,

    /// <summary>It stores something, also in a folder that has no store yet.</summary>
    MayCreate,

    /// <summary>It stores nothing: where there is no store yet, an empty one in memory stands for it.</summary>
    Trial,
}

/// <summary>What <c>--store</c> names: a data folder, a PostgreSQL database, or what the server's settings in the environment name.</summary>
internal sealed class StorePlace(string text)
{
    public const string OfEnvironment = "env";

    private const string FileName = "registry.db";

    /// <summary>The server's settings, of the environment, with the store that is named, for one process that comes and goes.</summary>
    /// <exception cref="CliException">The text names no store.</exception>
    public IConfiguration Settings(Terminal terminal)
    {
        var settings = new Dictionary<string, string?>(terminal.Variables, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in Overrides())
        {
            settings[name] = value;
        }

        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }

    /// <summary>The options that the settings make.</summary>
    /// <exception cref="Settings.SettingException">A setting has an invalid value.</exception>
    public RegistryOptions Options(Terminal terminal)
    {
        var options = RegistrySettings.Read(Settings(terminal));
        return options.StorageType != StorageType.Memory
            ? options
            : throw CliException.Usage("STORAGE_TYPE is memory: there is nothing stored to work on. Name a store with --store.");
    }

    /// <summary>The same, for a process that comes and goes beside the servers of the store.</summary>
    /// <exception cref="CliException">There is no store, and the use is of an existing one.</exception>
    public async Task<IConfiguration> VisitorSettingsAsync(Terminal terminal, StoreUse use, CancellationToken cancellation)
    {
        var options = Options(terminal);
        if (use == StoreUse.Existing)
        {
            MustExist(options);
        }

        var isNew = use != StoreUse.Existing && await IsEmptyAsync(options, cancellation);
        var settings = Visitor(isNew);
        if (isNew && use == StoreUse.Trial)
        {
            terminal.WriteNote("There is no store yet: compared with an empty one.");
            settings["STORAGE_TYPE"] = "memory";
            settings["DATABASE_URL"] = "";
        }

        return new ConfigurationBuilder().AddConfiguration(Settings(terminal)).AddInMemoryCollection(settings).Build();
    }

    /// <exception cref="CliException">There is no store in the folder.</exception>
    public static void MustExist(RegistryOptions options)
    {
        if (IsNew(options))
        {
            throw CliException.NotFound(
                $"There is no registry in the folder {Path.GetFullPath(options.DataDirectory)}: it has no {FileName}. 'registry db up' makes one.");
        }
    }

    /// <summary>It is a folder without a store in it.</summary>
    public static bool IsNew(RegistryOptions options) =>
        options.StorageType == StorageType.Sqlite && !File.Exists(Path.Combine(options.DataDirectory, FileName));

    /// <summary>It has no table of a registry yet.</summary>
    private static async Task<bool> IsEmptyAsync(RegistryOptions options, CancellationToken cancellation)
    {
        if (options.StorageType == StorageType.Sqlite)
        {
            return IsNew(options);
        }

        await using var schema = new PostgresMigrations(RegistrySettings.DatabaseOf(options), NullLogger<PostgresMigrations>.Instance);
        return (await schema.StatusAsync(cancellation)).All(migration => migration.AppliedAt is null);
    }

    private IEnumerable<KeyValuePair<string, string?>> Overrides()
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw CliException.Usage("--store is empty: it takes a data folder, a PostgreSQL URL, or 'env'.");
        }

        if (text == OfEnvironment)
        {
            yield break;
        }

        yield return new("STORAGE_BACKEND", "");
        if (IsDatabase(text))
        {
            yield return new("STORAGE_TYPE", "postgres");
            yield return new("DATABASE_URL", text);
        }
        else
        {
            yield return new("STORAGE_TYPE", "sqlite");
            yield return new("STORAGE_DATA_DIR", text);
            yield return new("DATABASE_URL", "");
        }
    }

    /// <summary>
    /// This process comes and goes: it is no part of a cluster, and changes no schema that a server might still need. Whoever has the store has all
    /// that is in it, so callers are believed.
    /// </summary>
    private static Dictionary<string, string?> Visitor(bool isNew) => new()
    {
        ["REGISTRY_CLUSTERING"] = "localhost",
        ["REGISTRY_ROLE"] = "all",
        ["REGISTRY_DRAIN_SECONDS"] = "0",
        ["ORLEANS_SILO_PORT"] = "0",
        ["ORLEANS_GATEWAY_PORT"] = "0",
        ["ORLEANS_ADVERTISED_ADDRESS"] = "",
        ["REGISTRY_PUBLIC_URL"] = "",
        ["REGISTRY_TRUST_CALLER_HEADERS"] = "true",
        ["REGISTRY_TRUST_SCOPE_HEADER"] = "true",
        ["REGISTRY_DEFAULT_CALLER"] = "default/default",
        ["STORAGE_CHECK_ON_STARTUP"] = "false",
        ["BACKUP_SCHEDULE"] = "",
        ["SNAPSHOT_SCHEDULE"] = "",
        ["CARD_REFRESH_ENABLED"] = "false",
        ["STORAGE__RUN_MIGRATIONS_ON_STARTUP"] = isNew ? "true" : "false",
    };

    /// <summary>A URL, or a connection string of libpq or Npgsql, which name a host.</summary>
    private static bool IsDatabase(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
        || (text.Contains("host", StringComparison.OrdinalIgnoreCase) && text.Contains('=') && !text.Contains(Path.DirectorySeparatorChar));
}
