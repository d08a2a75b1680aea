using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansRegistry.Hosting;
using OrleansRegistry.Objects.Cloud;
using OrleansRegistry.Objects.Cloud.S3;
using OrleansRegistry.Objects.Encryption;
using OrleansRegistry.Objects.Tests.Cloud;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Registry;

/// <summary>
/// A registry in memory whose snapshots and backups lie in a bucket, encrypted with the key <c>one</c>. The first test that asks starts it.
/// </summary>
public sealed class RegistryOnS3 : IAsyncDisposable
{
    private const string Prefix = "registry";

    private Uri? endpoint;
    private string bucket = "";
    private IHost? host;

    internal IServiceProvider Services => host!.Services;

    internal RegistryOptions Options => Services.GetRequiredService<RegistryOptions>();

    internal async Task StartAsync(StoreServers servers)
    {
        if (host is not null)
        {
            return;
        }

        endpoint = await servers.S3Async();
        bucket = await S3.CreateBucketAsync(endpoint);
        Assert.True(ObjectPlace.TryParse($"s3://{bucket}/{Prefix}", out var place));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.AddOrleansRegistry(options =>
        {
            options.StorageType = StorageType.Memory;
            options.Snapshots = options.Snapshots with { Place = place };
            options.Backups = options.Backups with { Place = place };
        });
        builder.Services.AddCloudObjectStores(options =>
        {
            options.S3.Endpoint = endpoint.ToString();
            options.S3.AccessKeyId = "S3RVER";
            options.S3.SecretAccessKey = "S3RVER";
        });
        builder.Services.AddObjectStores(options => options.EncryptionKey = Keys.Text("one"));
        host = builder.Build();
        await host.StartAsync();
    }

    /// <summary>What lies in the bucket, as it is there; or with a key, as it was put with that.</summary>
    internal IObjectStore Open(string? key = null)
    {
        var store = new S3ObjectStore(S3.Options(endpoint!), bucket, Prefix);
        return key is null ? store : new EncryptedObjectStore(store, Keys.Of(key));
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await host.StopAsync();
            host.Dispose();
        }
    }
}
