using Microsoft.Extensions.Configuration;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Hosting;

/// <summary>Where records are kept.</summary>
internal static class StorageSettings
{
    public const string DatabaseUrl = "DATABASE_URL";

    private static readonly PostgresStoreOptions Unset = new() { ConnectionString = "" };

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Storage")
        .Add(
            "STORAGE_TYPE",
            SettingKind.OneOf(
                ("sqlite", StorageType.Sqlite),
                ("file", StorageType.Sqlite),
                ("memory", StorageType.Memory),
                ("postgres", StorageType.Postgres),
                ("database", StorageType.Postgres),
                ("adonet", StorageType.AdoNet)),
            "Where records are kept: in an SQLite database on this machine (`file` is another name; "
                + "one process at a time), in memory (gone at the end of the process), "
                + "in PostgreSQL (`database` is another name), or in PostgreSQL through Orleans's stock provider, which is slower.",
            options => options.StorageType,
            (options, value) => options.StorageType = value,
            new() { Aliases = ["STORAGE_BACKEND"], Unset = $"`sqlite`; `postgres` where `{DatabaseUrl}` is set", More = "adonet.md" })
        .Add(
            "STORAGE_DATA_DIR",
            SettingKind.Plain("a path"),
            "The folder of the SQLite database, `registry.db`, for one process at a time. `./run` takes `data` in the folder where it is called.",
            options => options.DataDirectory,
            (options, value) => options.DataDirectory = value!)
        .Add(
            "STORAGE_CHECK_ON_STARTUP",
            SettingKind.Flag,
            "Check the whole SQLite database for damage at the start: it reads all of the file once.",
            options => options.CheckDataOnStartup,
            (options, value) => options.CheckDataOnStartup = value,
            new() { More = "sqlite.md#checks" })
        .Add(
            DatabaseUrl,
            SettingKind.Text("`postgresql://user:password@host:5432/database`, or a connection string of libpq or Npgsql"),
            "The database; any number of processes may share it.",
            options => options.Postgres?.ConnectionString,
            (options, value) => options.Postgres = Unset with { ConnectionString = value! },
            new() { IsSecret = true, More = "postgres.md#how-to-name-the-database" })
        .Add(
            "STORAGE__RUN_MIGRATIONS_ON_STARTUP",
            SettingKind.Flag,
            "Bring the schema up to date at the start; otherwise a schema that is behind stops the start.",
            options => options.RunMigrations,
            (options, value) => SetMigrations(options, value),
            new() { More = "postgres.md#migrations-by-hand" });

    /// <summary>They apply where a database is named.</summary>
    public static SettingGroup<RegistryOptions> Postgres { get; } = new SettingGroup<RegistryOptions>("PostgreSQL")
        .Add(
            "STORAGE__POSTGRES_SCHEMA",
            SettingKind.Text("1 to 63 letters, digits, `_` or `-`", IsSchema),
            "The schema with the registry's tables. It is created where it is missing.",
            options => Database(options).Schema,
            (options, value) => Change(options, database => database with { Schema = value }),
            new() { Unset = "the first of the user's `search_path`" })
        .Add(
            "STORAGE__POSTGRES_POOL_MIN",
            SettingKind.Number(0, 1000),
            "The connections kept open.",
            options => Database(options).PoolMin,
            (options, value) => Change(options, database => database with { PoolMin = value }))
        .Add(
            "STORAGE__POSTGRES_POOL_MAX",
            SettingKind.Number(2, 1000),
            "The most connections; one of them listens for changes. Keep this times the processes below the server's `max_connections`.",
            options => Database(options).PoolMax,
            (options, value) => Change(options, database => database with { PoolMax = value }))
        .Add(
            "STORAGE__POSTGRES_TIMEOUT",
            SettingKind.Optional(SettingKind.Seconds(1, 600)),
            "How long to wait for a connection.",
            options => Database(options).Timeout,
            (options, value) => Change(options, database => database with { Timeout = value }),
            new() { Unset = "`connect_timeout` of the connection string, or 60" })
        .Add(
            "STORAGE__POSTGRES_COMMAND_TIMEOUT",
            SettingKind.Optional(SettingKind.Seconds(1, 3600)),
            "How long a statement may take.",
            options => Database(options).CommandTimeout,
            (options, value) => Change(options, database => database with { CommandTimeout = value }),
            new() { Unset = "`Command Timeout` of the connection string, or 30" })
        .Add(
            "STORAGE__POSTGRES_MAX_RETRIES",
            SettingKind.Number(0, 100),
            "How often something is tried again that may succeed the next time, such as after a lost connection.",
            options => Database(options).MaxRetries,
            (options, value) => Change(options, database => database with { MaxRetries = value }))
        .Add(
            "STORAGE__POSTGRES_RETRY_DELAY",
            SettingKind.Seconds(0, 300),
            "The longest wait before a retry; the first ones are shorter.",
            options => Database(options).RetryDelay,
            (options, value) => Change(options, database => database with { RetryDelay = value }));

    private static void SetMigrations(RegistryOptions options, bool run)
    {
        options.RunMigrations = run;
        options.Postgres = options.Postgres is { } database ? database with { RunMigrations = run } : null;
    }

    public static bool IsDatabase(RegistryOptions options) => options.StorageType is StorageType.Postgres or StorageType.AdoNet;

    /// <summary>A database that is named is used, unless <c>STORAGE_TYPE</c> says otherwise.</summary>
    public static void ApplyDefault(IConfiguration configuration, RegistryOptions options)
    {
        if (Configured.Text(configuration, DatabaseUrl) is not null)
        {
            options.StorageType = StorageType.Postgres;
        }
    }

    public static void Check(RegistryOptions options)
    {
        if (IsDatabase(options))
        {
            DatabaseOf(options, $"STORAGE_TYPE is {options.StorageType.ToString().ToLowerInvariant()}, and ");
        }
    }

    /// <summary>The database.</summary>
    /// <param name="reason">Why there must be one, where that has to be said.</param>
    public static PostgresStoreOptions DatabaseOf(RegistryOptions options, string reason = "") =>
        options.Postgres
        ?? throw new SettingException($"{reason}{DatabaseUrl} is not set: it names the database, as postgresql://user:password@host:5432/database.");

    private static bool IsSchema(string text) => text.Length <= 63 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static PostgresStoreOptions Database(RegistryOptions options) => options.Postgres ?? Unset;

    private static void Change(RegistryOptions options, Func<PostgresStoreOptions, PostgresStoreOptions> change) =>
        options.Postgres = options.Postgres is { } database ? change(database) : null;
}
