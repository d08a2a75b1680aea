using OrleansRegistry.Objects.Cloud.S3;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Cloud;

/// <inheritdoc/>
public sealed class S3Conformance(StoreServers servers) : StoreConformance
{
    private string bucket = "";

    protected override async ValueTask<IObjectStore> OpenAsync()
    {
        var endpoint = await servers.S3Async();
        bucket = await S3.CreateBucketAsync(endpoint);
        return new S3ObjectStore(S3.Options(endpoint), bucket, "some/prefix");
    }

    protected override bool Age()
    {
        servers.S3Folder.Age(TimeSpan.FromDays(7), path => path.Contains($"{bucket}/._S3rver_uploads", StringComparison.Ordinal));
        return true;
    }
}
