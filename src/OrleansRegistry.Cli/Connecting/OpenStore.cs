using Microsoft.Extensions.Logging;
using OrleansRegistry.Hosting;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Cli;

/// <summary>A store that a command works on record by record, without a registry on it.</summary>
internal sealed class OpenStore : IAsyncDisposable
{
    private readonly ILoggerFactory loggers;

    private OpenStore(IRecordStore store, RegistryOptions options, ILoggerFactory loggers)
    {
        this.loggers = loggers;
        Store = store;
        Options = options;
    }

    public IRecordStore Store { get; }

    public RegistryOptions Options { get; }

    public IRegistryTransfer Transfer => RegistryStores.Transfer(Store, Options, loggers);

    /// <exception cref="CliException">There is no store.</exception>
    /// <exception cref="StoreStartException">It cannot be opened.</exception>
    /// <param name="readOnly">It is only read, on SQLite also beside the server.</param>
    public static async Task<OpenStore> OpenAsync(CommandCall call, string place, StoreUse use, bool readOnly = false)
    {
        var options = RegistrySettings.Read(await new StorePlace(place).VisitorSettingsAsync(call.Terminal, use, call.Cancellation));
        var loggers = Loggers.Create(call);
        var store = RegistryStores.Create(options, loggers, readOnly);
        try
        {
            await store.OpenAsync(call.Cancellation);
            return new OpenStore(store, options, loggers);
        }
        catch
        {
            await store.DisposeAsync();
            loggers.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        loggers.Dispose();
    }
}
