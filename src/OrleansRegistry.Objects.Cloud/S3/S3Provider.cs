using Microsoft.Extensions.Options;

namespace OrleansRegistry.Objects.Cloud.S3;

/// <summary>Opens <c>s3://bucket/prefix</c>.</summary>
internal sealed class S3Provider(IOptions<CloudStorageOptions> options) : IObjectStoreProvider
{
    public string Scheme => ObjectPlace.S3;

    public IObjectStore Open(ObjectPlace place) =>
        new S3ObjectStore(options.Value.S3, CloudBucket.Of(place, options.Value.S3.Bucket ?? options.Value.Bucket, "AWS_S3_BUCKET"), place.Path);
}
