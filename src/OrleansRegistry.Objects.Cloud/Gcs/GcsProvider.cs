using Microsoft.Extensions.Options;

namespace OrleansRegistry.Objects.Cloud.Gcs;

/// <summary>Opens <c>gs://bucket/prefix</c>.</summary>
internal sealed class GcsProvider(IOptions<CloudStorageOptions> options) : IObjectStoreProvider
{
    public string Scheme => ObjectPlace.Gcs;

    public IObjectStore Open(ObjectPlace place)
    {
        var bucket = CloudBucket.Of(place, options.Value.Gcs.Bucket ?? options.Value.Bucket, "PERSIST_GCS_BUCKET");
        return new GcsObjectStore(options.Value.Gcs, bucket, place.Bucket is null ? options.Value.Gcs.Prefix ?? "" : place.Path);
    }
}
