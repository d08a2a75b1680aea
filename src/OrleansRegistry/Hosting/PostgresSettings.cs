using System.Globalization;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Hosting;

/// <summary>Which store the settings choose, and the database where it is PostgreSQL.</summary>
internal static class PostgresSettings
{
    public const string DatabaseUrl = "DATABASE_URL";

    private static readonly Dictionary<string, StorageType> Types = new(StringComparer.Ordinal)
    {
        ["file"] = StorageType.File,
        ["memory"] = StorageType.Memory,
        ["postgres"] = StorageType.Postgres,
        ["database"] = StorageType.Postgres,
        ["adonet"] = StorageType.AdoNet,
    };

    /// <summary><c>STORAGE_TYPE</c>, or <c>STORAGE_BACKEND</c> as it was also called; with neither, a <c>DATABASE_URL</c> means PostgreSQL.</summary>
    /// <exception cref="SettingException">The two differ, or name no store.</exception>
    public static StorageType ReadType(Settings settings, StorageType unset)
    {
        var none = settings.Text(DatabaseUrl) is null ? unset : StorageType.Postgres;
        var type = settings.OneOf("STORAGE_TYPE", settings.OneOf("STORAGE_BACKEND", none, Types), Types);
        return settings.OneOf("STORAGE_BACKEND", type, Types) == type
            ? type
            : throw new SettingException(
                $"STORAGE_TYPE is '{settings.Text("STORAGE_TYPE")}' and STORAGE_BACKEND is '{settings.Text("STORAGE_BACKEND")}': they are two names of one setting. Set one.");
    }

    /// <summary>The database's options; null where no <c>DATABASE_URL</c> names one.</summary>
    public static PostgresStoreOptions? Read(Settings settings)
    {
        if (settings.Text(DatabaseUrl) is not { } url)
        {
            return null;
        }

        var unset = new PostgresStoreOptions { ConnectionString = url };
        return unset with
        {
            Schema = Schema(settings),
            PoolMin = settings.Number("STORAGE__POSTGRES_POOL_MIN", unset.PoolMin, 0, 1000),
            PoolMax = settings.Number("STORAGE__POSTGRES_POOL_MAX", unset.PoolMax, 2, 1000),
            Timeout = Seconds(settings, "STORAGE__POSTGRES_TIMEOUT", unset.Timeout, 1, 600),
            CommandTimeout = Seconds(settings, "STORAGE__POSTGRES_COMMAND_TIMEOUT", unset.CommandTimeout, 1, 3600),
            MaxRetries = settings.Number("STORAGE__POSTGRES_MAX_RETRIES", unset.MaxRetries, 0, 100),
            RetryDelay = Seconds(settings, "STORAGE__POSTGRES_RETRY_DELAY", unset.RetryDelay, 0, 300) ?? unset.RetryDelay,
            RunMigrations = settings.Flag("STORAGE__RUN_MIGRATIONS_ON_STARTUP", unset.RunMigrations),
        };
    }

    private static string? Schema(Settings settings)
    {
        const string Name = "STORAGE__POSTGRES_SCHEMA";
        return settings.Text(Name) is not { } schema || (schema.Length <= 63 && schema.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            ? settings.Text(Name)
            : throw Settings.Refused(Name, schema, "1 to 63 letters, digits, '_' or '-'");
    }

    /// <summary>Seconds, which the older systems wrote with or without a fraction.</summary>
    private static TimeSpan? Seconds(Settings settings, string name, TimeSpan? unset, double least, double most) => settings.Text(name) is not { } value
        ? unset
        : double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw Settings.Refused(name, value, $"a number of seconds from {least} to {most}");
}
