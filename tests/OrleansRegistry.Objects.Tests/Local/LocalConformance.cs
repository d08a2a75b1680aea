using OrleansRegistry.Objects.Local;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Local;

/// <inheritdoc/>
public sealed class LocalConformance : StoreConformance
{
    private readonly TemporaryFolder folder = new();

    protected override ValueTask<IObjectStore> OpenAsync() => new(new LocalObjectStore(folder.Path));

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
