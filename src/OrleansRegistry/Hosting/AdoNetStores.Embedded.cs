using Microsoft.Extensions.Logging;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Hosting;

/// <summary>Makes the store over Orleans's stock ADO.NET provider, where the engine has that.</summary>
internal static class AdoNetStores
{
    /// <exception cref="SettingException">The engine has no such provider.</exception>
    public static void ThrowUnlessSupported() => throw new SettingException(
        "STORAGE_TYPE is adonet, which is Orleans's own provider, and this build has the Embedded engine: build with REGISTRY_ENGINE=Orleans, or set STORAGE_TYPE=postgres.");

    public static IRecordStore Create(PostgresStoreOptions options, ILoggerFactory loggers) => throw new NotSupportedException("The Embedded engine has no ADO.NET provider.");
}
