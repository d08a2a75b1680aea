using OrleansRegistry.Objects.Cloud.Azure;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Cloud;

/// <inheritdoc/>
public sealed class AzureConformance(StoreServers servers) : StoreConformance
{
    protected override async ValueTask<IObjectStore> OpenAsync()
    {
        var server = await servers.AzureAsync();
        return new AzureObjectStore(AzureStore.Options(server), await AzureStore.CreateContainerAsync(server), "some/prefix");
    }
}
