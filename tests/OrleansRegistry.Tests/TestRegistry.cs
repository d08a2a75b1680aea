using OrleansRegistry.Storage.Sqlite;

namespace OrleansRegistry.Tests;

/// <summary>A registry on the store under test, which can be restarted. Tests that share one keep apart by their tenants.</summary>
public abstract class TestRegistry : IAsyncLifetime
{
    private RegistryHost? host;

    public IAgentRegistry Agents => host!.Agents;

    public ITaskRegistry Tasks => host!.Tasks;

    public IContextRegistry Contexts => host!.Contexts;

    public IAgentVersions Versions => host!.Versions;

    public IAgentDrafts Drafts => host!.Drafts;

    /// <summary>The time of the registry's next start.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    internal StoreProbe Store { get; private set; } = null!;

    internal IServiceProvider Services => host!.Services;

    internal Action<RegistryOptions>? Configure { get; set; }

    /// <summary>A caller in a tenant of its own.</summary>
    public static Caller NewCaller() => new($"t-{Guid.NewGuid():N}", "alice");

    public virtual async ValueTask InitializeAsync()
    {
        Store = OpenStore();
        host = await RegistryHost.StartAsync(Configure, Store, Time);
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await InitializeAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The store with all that was written before.</summary>
    private protected abstract StoreProbe OpenStore();

    /// <summary>Ends the use of a store; what it holds stays for the next.</summary>
    private protected abstract ValueTask CloseStore(IRecordStore store);

    private async Task StopAsync()
    {
        if (host is not null)
        {
            await host.DisposeAsync();
            await CloseStore(Store);
            host = null;
        }
    }
}

public sealed class MemoryRegistry : TestRegistry
{
    private readonly SqliteStore store = TestStores.InMemory();
    private bool isOpen;

    public override async ValueTask InitializeAsync()
    {
        if (!isOpen)
        {
            await store.OpenAsync(CancellationToken.None);
            isOpen = true;
        }

        await base.InitializeAsync();
    }

    /// <summary>Open, as what it holds would be gone with it.</summary>
    private protected override StoreProbe OpenStore() => new(store, isOpen: true);

    private protected override ValueTask CloseStore(IRecordStore store) => ValueTask.CompletedTask;
}
