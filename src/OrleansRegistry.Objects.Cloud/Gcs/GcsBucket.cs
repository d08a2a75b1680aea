using System.Net.Http.Headers;
using Google;
using Google.Cloud.Storage.V1;
using Resource = Google.Apis.Storage.v1.Data.Object;

namespace OrleansRegistry.Objects.Cloud.Gcs;

/// <summary>A bucket and how it is called.</summary>
internal sealed class GcsBucket(GcsOptions options, string name, CloudKeys keys, RetryPace pace) : IDisposable
{
    private readonly Lazy<StorageClient> client = new(() => GcsClient.Create(options, pace));

    public string Name => name;

    public CloudKeys Keys => keys;

    public string? KmsKey => options.KmsKey;

    public StorageClient Client => client.Value;

    public string Description => $"Google Cloud Storage bucket {name}{(keys.Begin.Length > 0 ? $" ({keys.Begin})" : "")}";

    public static ObjectInfo InfoOf(string objectName, Resource resource) =>
        new(objectName, (long)(resource.Size ?? 0), resource.TimeCreatedDateTimeOffset ?? default);

    /// <summary>Makes a call, and tells callers what its faults mean.</summary>
    public async Task<T> CallAsync<T>(GcsCall call, Func<Task<T>> work, CancellationToken cancellationToken)
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
        catch (Exception fault) when (GcsFaults.Is(fault) && !cancellationToken.IsCancellationRequested)
        {
            throw GcsFaults.Translate(name, call, fault);
        }
    }

    public async Task<Resource?> FindAsync(string objectName, CancellationToken cancellationToken)
    {
        try
        {
            var once = new GetObjectOptions { RetryOptions = RetryOptions.Never };
            return await Client.GetObjectAsync(name, keys.Of(objectName), once, cancellationToken);
        }
        catch (GoogleApiException missing) when (GcsFaults.IsMissing(missing))
        {
            return null;
        }
    }

    /// <summary>Stores an object; the SDK goes on with an upload that is cut, and sends its CRC, which the store checks.</summary>
    public async Task<Resource> PutAsync(string objectName, Stream content, CancellationToken cancellationToken)
    {
        var settings = new UploadObjectOptions { ChunkSize = PartedPut.PartBytes, KmsKeyName = KmsKey };
        var resource = new Resource { Bucket = name, Name = keys.Of(objectName), ContentType = "application/octet-stream" };
        return await Client.UploadObjectAsync(resource, content, settings, cancellationToken);
    }

    /// <summary>Checks an object after its put.</summary>
    /// <exception cref="ObjectStoreException">The store has none, or another one.</exception>
    public async Task<ObjectInfo> CheckAsync(string objectName, long size, Resource put, CancellationToken cancellationToken)
    {
        var found = await FindAsync(objectName, cancellationToken);
        var info = ChecksAfterPut.Check(Description, objectName, size, found is null ? null : InfoOf(objectName, found));
        ChecksAfterPut.CheckVersion(Description, objectName, $"{put.Generation} {put.Crc32c}", $"{found!.Generation} {found.Crc32c}");
        return info;
    }

    public async Task<bool> DeleteAsync(string objectName, CancellationToken cancellationToken)
    {
        try
        {
            var once = new DeleteObjectOptions { RetryOptions = RetryOptions.Never };
            await Client.DeleteObjectAsync(name, keys.Of(objectName), once, cancellationToken);
            return true;
        }
        catch (GoogleApiException missing) when (GcsFaults.IsMissing(missing))
        {
            return false;
        }
    }

    /// <summary>Objects whose keys begin so, a page at a time.</summary>
    public IAsyncEnumerable<Google.Apis.Storage.v1.Data.Objects> Pages(string prefix) => Client
        .ListObjectsAsync(name, keys.Of(prefix), new ListObjectsOptions { PageSize = options.Tuning.PageSize, RetryOptions = RetryOptions.Never })
        .AsRawResponses();

    public void Dispose()
    {
        if (client.IsValueCreated)
        {
            client.Value.Dispose();
        }
    }

    /// <summary>Opens the bytes of an object: the SDK only writes them into a stream.</summary>
    /// <returns>They, and the version of the object.</returns>
    public async Task<(CloudBody Body, string Generation)> GetAsync(
        string objectName, long from, long? count, string? generation, CancellationToken cancellationToken)
    {
        var path = $"b/{Uri.EscapeDataString(name)}/o/{Uri.EscapeDataString(keys.Of(objectName))}?alt=media";
        var address = Client.Service.BaseUri + path + (generation is null ? "" : $"&generation={generation}");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (from > 0 || count is not null)
        {
            request.Headers.Range = new RangeHeaderValue(from, count is { } some && some <= long.MaxValue - from ? from + some - 1 : null);
        }

        var answer = await Client.Service.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            var error = await Client.Service.DeserializeError(answer);
            var refusal = new GoogleApiException("storage", error.Message) { HttpStatusCode = answer.StatusCode, Error = error };
            answer.Dispose();
            throw refusal;
        }

        var version = answer.Headers.TryGetValues("x-goog-generation", out var values) ? values.First() : "";
        var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var length = answer.Content.Headers.ContentLength ?? throw new IOException("The answer has no length.");
        return (new CloudBody(stream, length), version);
    }
}
