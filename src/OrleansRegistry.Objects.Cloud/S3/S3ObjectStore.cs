using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace OrleansRegistry.Objects.Cloud.S3;

/// <summary>Objects in a bucket of Amazon S3, or of what speaks as it does. A put of 8 MiB or more goes in parts.</summary>
internal sealed class S3ObjectStore : CloudObjectStore
{
    private readonly S3Options options;
    private readonly S3Client client;
    private readonly S3Bucket bucket;
    private readonly S3Uploads uploads;
    private readonly RetryPace pace;

    public S3ObjectStore(S3Options options, string bucketName, string prefix)
    {
        this.options = options;
        client = S3Client.Create(options);
        bucket = new S3Bucket(options, client, bucketName, new CloudKeys(prefix));
        uploads = new S3Uploads(bucket);
        pace = new RetryPace(options.MaxRetries, options.Timeout) { MaxWait = options.Tuning.MaxWait };
    }

    public override string Description => bucket.Description;

    public override async Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return await bucket.CallAsync(
            S3Calls.Put(name),
            async () =>
            {
                var target = new S3Put(bucket, uploads, name);
                await PartedPut.RunAsync(content, target, cancellationToken);
                return target.Stored!;
            },
            cancellationToken);
    }

    public override async Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return await bucket.CallAsync(S3Calls.Get(name), async () => (await bucket.HeadAsync(name, cancellationToken))?.Info, cancellationToken);
    }

    public override async Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        await bucket.CallAsync(
            S3Calls.Delete(name),
            () => client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = bucket.Name, Key = bucket.Keys.Of(name) }, cancellationToken),
            cancellationToken);
    }

    public override async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectName.CheckPrefix(prefix);
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request
            {
                BucketName = bucket.Name,
                Prefix = bucket.Keys.Of(prefix),
                MaxKeys = options.Tuning.PageSize,
                ContinuationToken = next,
            };
            var page = await bucket.CallAsync(S3Calls.List, () => client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            foreach (var found in page.S3Objects ?? [])
            {
                if (bucket.Keys.NameOf(found.Key, prefix) is { } name)
                {
                    yield return new ObjectInfo(name, found.Size ?? 0, S3Bucket.TimeOf(found.LastModified));
                }
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    public override Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return bucket.CallAsync(S3Calls.Put(name), () => uploads.BeginAsync(name, cancellationToken), cancellationToken);
    }

    public override async Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        UploadLimits.CheckId(name, upload);
        var parts = await bucket.CallAsync(S3Calls.ListParts(name), () => uploads.ListAsync(name, upload, cancellationToken), cancellationToken);
        return [.. parts.Select(part => part.Part)];
    }

    public override async Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        UploadLimits.CheckId(name, upload);
        var parts = await bucket.CallAsync(S3Calls.ListParts(name), () => uploads.ListAsync(name, upload, cancellationToken), cancellationToken);
        UploadLimits.Check(name, [.. parts.Select(part => part.Part)]);
        return await bucket.CallAsync(S3Calls.Put(name), () => uploads.CompleteAsync(name, upload, parts, cancellationToken), cancellationToken);
    }

    public override async Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        if (UploadLimits.IsId(upload))
        {
            await bucket.CallAsync(S3Calls.Abort(name), () => uploads.AbortAsync(name, upload, cancellationToken), cancellationToken);
        }
    }

    public override Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default) =>
        bucket.CallAsync(S3Calls.ListUploads, () => uploads.SweepAsync(untouchedSince, cancellationToken), cancellationToken);

    public override ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async Task<Stream> ReadAsync(string name, long from, long? count, CancellationToken cancellationToken)
    {
        var call = S3Calls.Get(name);
        return await bucket.CallAsync(
            call,
            async () =>
            {
                try
                {
                    var answer = await GetAsync(name, from, count, ifMatch: null, cancellationToken);
                    return (Stream)new ResumingStream(
                        new CloudBody(answer.ResponseStream, answer.ContentLength),
                        from,
                        async (next, rest, stop) =>
                        {
                            var more = await GetAsync(name, next, rest, answer.ETag, stop);
                            ResumingStream.CheckSame(name, answer.ETag, more.ETag);
                            return new CloudBody(more.ResponseStream, more.ContentLength);
                        },
                        fault => bucket.Faults.Translate(call, fault),
                        pace);
                }
                catch (AmazonS3Exception past) when (S3Faults.IsPastEnd(past))
                {
                    return Stream.Null;
                }
                catch (AmazonS3Exception missing) when (S3Faults.IsMissing(missing))
                {
                    throw NotFound(name, missing);
                }
            },
            cancellationToken);
    }

    protected override Task PutPartAsync(
        string name, string upload, int number, ArraySegment<byte> part, CancellationToken cancellationToken) => bucket.CallAsync(
        S3Calls.Put(name),
        async () =>
        {
            await uploads.PutAsync(name, upload, number, part, cancellationToken);
            return true;
        },
        cancellationToken);

    private Task<GetObjectResponse> GetAsync(string name, long from, long? count, string? ifMatch, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = bucket.Name, Key = bucket.Keys.Of(name), EtagToMatch = ifMatch };
        if (from > 0 || count is not null)
        {
            request.ByteRange = new ByteRange(RangeHeader.Of(from, count));
        }

        return client.GetObjectAsync(request, cancellationToken);
    }
}
