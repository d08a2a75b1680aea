namespace OrleansRegistry.Storage.Tests;

/// <summary>One open store for each test.</summary>
public abstract class StoreTestBase : IAsyncLifetime
{
    private IRecordStore? store;

    protected IRecordStore Store => store!;

    public virtual async ValueTask InitializeAsync()
    {
        store = Create(new ChangeLogLimits());
        await store.OpenAsync(CancellationToken.None);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A new store, not yet open; one that is durable keeps what an earlier one of this test kept.</summary>
    protected abstract IRecordStore Create(ChangeLogLimits feed);

    protected async Task ReplaceAsync(ChangeLogLimits? feed = null)
    {
        await Store.DisposeAsync();
        store = Create(feed ?? new ChangeLogLimits());
        await store.OpenAsync(CancellationToken.None);
    }
}
