using Microsoft.Extensions.Configuration;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Hosting;

/// <summary>The database that configuration names, for what works on it without a registry.</summary>
public static class DatabaseSettings
{
    /// <exception cref="SettingException">None is named, or a setting of it is wrong.</exception>
    public static PostgresStoreOptions Read(IConfiguration configuration) =>
        PostgresSettings.Read(new Settings(configuration))
        ?? throw new SettingException($"{PostgresSettings.DatabaseUrl} is not set: it names the database, as postgresql://user:password@host:5432/database.");
}
