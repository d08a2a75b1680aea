using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace OrleansRegistry.Objects.Cloud.Azure;

/// <summary>A container and how it is called.</summary>
internal sealed class AzureContainer(BlobContainerClient client, CloudKeys keys)
{
    public BlobContainerClient Client => client;

    public CloudKeys Keys => keys;

    public string Description => $"Azure container {client.Name}{(keys.Begin.Length > 0 ? $" ({keys.Begin})" : "")}";

    public BlockBlobClient Blob(string name) => client.GetBlockBlobClient(keys.Of(name));

    /// <summary>Makes a call, and tells callers what its faults mean.</summary>
    public async Task<T> CallAsync<T>(AzureCall call, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (CallerStreamException ofCaller)
        {
            ofCaller.Rethrow();
            throw;
        }
        catch (Exception fault) when (AzureFaults.Is(fault) && !cancellationToken.IsCancellationRequested)
        {
            throw AzureFaults.Translate(client.Name, call, fault);
        }
    }

    public async Task<(ObjectInfo Info, ETag ETag)?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var found = (await Blob(name).GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
            return (new ObjectInfo(name, found.ContentLength, found.LastModified), found.ETag);
        }
        catch (RequestFailedException missing) when (AzureFaults.IsMissing(missing))
        {
            return null;
        }
    }

    /// <summary>Checks an object after its put.</summary>
    /// <exception cref="ObjectStoreException">The store has none, or another one.</exception>
    public async Task<ObjectInfo> CheckAsync(string name, long size, BlobContentInfo put, CancellationToken cancellationToken)
    {
        var found = await FindAsync(name, cancellationToken);
        var info = ChecksAfterPut.Check(Description, name, size, found?.Info);
        ChecksAfterPut.CheckVersion(Description, name, put.ETag.ToString(), found?.ETag.ToString());
        return info;
    }
}
