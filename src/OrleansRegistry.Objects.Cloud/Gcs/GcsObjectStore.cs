using System.Net;
using System.Runtime.CompilerServices;
using Google;

namespace OrleansRegistry.Objects.Cloud.Gcs;

/// <summary>Objects in a bucket of Google Cloud Storage. A put is one resumable upload, in chunks of 8 MiB.</summary>
internal sealed class GcsObjectStore : IObjectStore
{
    private readonly GcsBucket bucket;
    private readonly GcsUploads uploads;
    private readonly RetryPace pace;

    public GcsObjectStore(GcsOptions options, string bucketName, string prefix)
    {
        pace = new RetryPace(options.MaxRetries, options.Timeout) { MaxWait = options.Tuning.MaxWait };
        bucket = new GcsBucket(options, bucketName, new CloudKeys(prefix), pace);
        uploads = new GcsUploads(bucket);
    }

    public string Description => bucket.Description;

    public async Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return await bucket.CallAsync(
            GcsCall.Put(name),
            async () =>
            {
                await using var counted = new CountedStream(content);
                var put = await bucket.PutAsync(name, counted, cancellationToken);
                return await bucket.CheckAsync(name, counted.Count, put, cancellationToken);
            },
            cancellationToken);
    }

    public async Task<Stream> OpenAsync(string name, long from = 0, long? count = null, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        if (count == 0)
        {
            return await FindAsync(name, cancellationToken) is null ? throw NotFound(name) : Stream.Null;
        }

        var call = GcsCall.Get(name);
        return await bucket.CallAsync(
            call,
            async () =>
            {
                try
                {
                    var (body, generation) = await bucket.GetAsync(name, from, count, generation: null, cancellationToken);
                    return (Stream)new ResumingStream(
                        body,
                        from,
                        (next, rest, stop) => GoOnAsync(name, next, rest, generation, stop),
                        fault => GcsFaults.Translate(bucket.Name, call, fault),
                        pace);
                }
                catch (GoogleApiException past) when (past.HttpStatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    return Stream.Null;
                }
                catch (GoogleApiException missing) when (GcsFaults.IsMissing(missing))
                {
                    throw NotFound(name, missing);
                }
            },
            cancellationToken);
    }

    public async Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return await bucket.CallAsync(
            GcsCall.Get(name),
            async () => await bucket.FindAsync(name, cancellationToken) is { } found ? GcsBucket.InfoOf(name, found) : null,
            cancellationToken);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return bucket.CallAsync(GcsCall.Delete(name), () => bucket.DeleteAsync(name, cancellationToken), cancellationToken);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectName.CheckPrefix(prefix);
        await using var pages = await bucket.CallAsync(
            GcsCall.List, () => Task.FromResult(bucket.Pages(prefix).GetAsyncEnumerator(cancellationToken)), cancellationToken);
        while (await bucket.CallAsync(GcsCall.List, () => pages.MoveNextAsync().AsTask(), cancellationToken))
        {
            foreach (var found in pages.Current.Items ?? [])
            {
                if (bucket.Keys.NameOf(found.Name, prefix) is { } name)
                {
                    yield return GcsBucket.InfoOf(name, found);
                }
            }
        }
    }

    public Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return bucket.CallAsync(GcsCall.Put(name), () => uploads.BeginAsync(name, cancellationToken), cancellationToken);
    }

    public async Task PutPartAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        UploadLimits.CheckNumber(number);
        UploadLimits.CheckId(name, upload);
        using var bytes = await PartBytes.ReadAsync(part, name, number, cancellationToken);
        await bucket.CallAsync(
            GcsCall.Put(name),
            async () =>
            {
                await uploads.PutAsync(name, upload, number, bytes.Content, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return bucket.CallAsync(GcsCall.List, () => uploads.ListAsync(name, upload, cancellationToken), cancellationToken);
    }

    public Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return bucket.CallAsync(GcsCall.Put(name), () => uploads.CompleteAsync(name, upload, cancellationToken), cancellationToken);
    }

    public Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return bucket.CallAsync(GcsCall.Delete(name), () => uploads.AbortAsync(name, upload, cancellationToken), cancellationToken);
    }

    public Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default) =>
        bucket.CallAsync(GcsCall.List, () => uploads.SweepAsync(untouchedSince, cancellationToken), cancellationToken);

    public ValueTask DisposeAsync()
    {
        bucket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads on; where that generation is gone, so is what was read.</summary>
    private async Task<CloudBody> GoOnAsync(string name, long next, long rest, string generation, CancellationToken cancellationToken)
    {
        try
        {
            return (await bucket.GetAsync(name, next, rest, generation, cancellationToken)).Body;
        }
        catch (GoogleApiException gone) when (GcsFaults.IsMissing(gone))
        {
            throw new ObjectStoreException(ObjectStoreError.Unavailable, $"Could not read {name}: {ResumingStream.Replaced}.", gone);
        }
    }

    private ObjectStoreException NotFound(string name, Exception? cause = null) =>
        new(ObjectStoreError.NotFound, $"There is no object {name} in the {Description}.", cause);
}
