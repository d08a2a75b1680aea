using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.Sqlite;

namespace OrleansRegistry.Hosting;

/// <summary>Works on a store without a registry on it.</summary>
public static class RegistryStores
{
    /// <summary>The store that the options name, not open yet: its caller opens it, and disposes it.</summary>
    /// <param name="readOnly">It is only read: on SQLite also beside the process that serves it (<see cref="SqliteStoreOptions.ReadOnly"/>).</param>
    /// <exception cref="SettingException">The options do not name one.</exception>
    public static IRecordStore Create(RegistryOptions options, ILoggerFactory? loggers = null, bool readOnly = false)
    {
        RegistrySettings.Check(options);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(loggers ?? NullLoggerFactory.Instance);
        services.AddRegistryStore(options);
        using var kinds = services.BuildServiceProvider();
        return StoreServices.CreateStore(
            options,
            [.. kinds.GetRequiredService<StoredKinds>().All],
            loops: null,
            loggers ?? NullLoggerFactory.Instance,
            readOnly);
    }

    /// <summary>Exports from and imports into an open store, on which no registry runs in this process.</summary>
    public static IRegistryTransfer Transfer(IRecordStore store, RegistryOptions options, ILoggerFactory? loggers = null) => new RegistryTransfer(
        store,
        new AgentRules(options.StrictCards, options.MaxCardBytes),
        activations: null,
        TimeProvider.System,
        (loggers ?? NullLoggerFactory.Instance).CreateLogger<RegistryTransfer>());
}
