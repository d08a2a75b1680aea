using OrleansRegistry.Objects.Cloud.Gcs;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Cloud;

/// <inheritdoc/>
public sealed class GcsConformance(StoreServers servers) : StoreConformance
{
    protected override async ValueTask<IObjectStore> OpenAsync() =>
        new GcsObjectStore(GcsStore.Options((await servers.GcsAsync()).Address), $"c-{Guid.NewGuid():N}", "some/prefix");
}
