using System.Net;
using System.Runtime.CompilerServices;
using Google;

namespace OrleansRegistry.Objects.Cloud.Gcs;

/// <summary>Objects in a bucket of Google Cloud Storage. A put is one resumable upload, in chunks of 8 MiB.</summary>
internal sealed class GcsObjectStore : CloudObjectStore
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

    public override string Description => bucket.Description;

    public override async Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default)
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

    public override async Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return await bucket.CallAsync(
            GcsCall.Get(name),
            async () => await bucket.FindAsync(name, cancellationToken) is { } found ? GcsBucket.InfoOf(name, found) : null,
            cancellationToken);
    }

    public override Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return bucket.CallAsync(GcsCall.Delete(name), () => bucket.DeleteAsync(name, cancellationToken), cancellationToken);
    }

    public override async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
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

    public override Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return bucket.CallAsync(GcsCall.Put(name), () => uploads.BeginAsync(name, cancellationToken), cancellationToken);
    }

    public override Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return bucket.CallAsync(GcsCall.List, () => uploads.ListAsync(name, upload, cancellationToken), cancellationToken);
    }

    public override Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return bucket.CallAsync(GcsCall.Put(name), () => uploads.CompleteAsync(name, upload, cancellationToken), cancellationToken);
    }

    public override Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return bucket.CallAsync(GcsCall.Delete(name), () => uploads.AbortAsync(name, upload, cancellationToken), cancellationToken);
    }

    public override Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default) =>
        bucket.CallAsync(GcsCall.List, () => uploads.SweepAsync(untouchedSince, cancellationToken), cancellationToken);

    public override ValueTask DisposeAsync()
    {
        bucket.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async Task<Stream> ReadAsync(string name, long from, long? count, CancellationToken cancellationToken)
    {
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

    protected override Task PutPartAsync(
        string name, string upload, int number, ArraySegment<byte> part, CancellationToken cancellationToken) => bucket.CallAsync(
        GcsCall.Put(name),
        async () =>
        {
            await uploads.PutAsync(name, upload, number, part, cancellationToken);
            return true;
        },
        cancellationToken);

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
}
