using OrleansRegistry.Objects.Encryption;
using OrleansRegistry.Objects.Local;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Encryption;

/// <inheritdoc/>
public sealed class EncryptedConformance : StoreConformance
{
    private readonly TemporaryFolder folder = new();

    protected override ValueTask<IObjectStore> OpenAsync() =>
        new(new EncryptedObjectStore(new LocalObjectStore(folder.Path), Keys.Of("one")));

    protected override bool Age()
    {
        folder.Age(TimeSpan.FromDays(7));
        return true;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }
}
