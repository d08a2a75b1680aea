using Microsoft.Extensions.Logging;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Hosting;

/// <summary>Makes the store over Orleans's stock ADO.NET provider, where the engine has that.</summary>
internal static class AdoNetStores
{
    /// <exception cref="SettingException">The engine has no such provider.</exception>
    public static void ThrowUnlessSupported()
    {
    }

    public static IRecordStore Create(PostgresStoreOptions options, ILoggerFactory loggers) => new AdoNetStore(options, loggers);
}
