using Microsoft.Extensions.Options;

namespace OrleansRegistry.Objects.Cloud.Azure;

/// <summary>Opens <c>az://container/prefix</c>.</summary>
internal sealed class AzureProvider(IOptions<CloudStorageOptions> options) : IObjectStoreProvider
{
    public string Scheme => ObjectPlace.Azure;

    public IObjectStore Open(ObjectPlace place)
    {
        var container = CloudBucket.Of(place, options.Value.Azure.Container ?? options.Value.Bucket, "AZURE_STORAGE_CONTAINER");
        return new AzureObjectStore(options.Value.Azure, container, place.Path);
    }
}
