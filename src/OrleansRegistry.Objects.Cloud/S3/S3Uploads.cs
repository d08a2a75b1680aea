using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace OrleansRegistry.Objects.Cloud.S3;

/// <summary>A part that S3 has.</summary>
internal sealed record S3Part(ObjectPart Part, string ETag, DateTimeOffset ChangedAt);

/// <summary>Uploads in parts: S3's multipart uploads.</summary>
internal sealed class S3Uploads(S3Bucket bucket)
{
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    public async Task<string> BeginAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await bucket.Client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest
            {
                BucketName = bucket.Name,
                Key = bucket.Keys.Of(name),
                ServerSideEncryptionMethod = bucket.EncryptionMethod,
                ServerSideEncryptionKeyManagementServiceKeyId = bucket.KmsKeyId,
            },
            cancellationToken);
        return answer.UploadId;
    }

    public async Task<S3Part> PutAsync(string name, string upload, int number, ArraySegment<byte> part, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await bucket.Client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = bucket.Name,
                    Key = bucket.Keys.Of(name),
                    UploadId = upload,
                    PartNumber = number,
                    PartSize = part.Count,
                    InputStream = new MemoryStream(part.Array!, part.Offset, part.Count, writable: false),
                    MD5Digest = Md5(part),
                    UseChunkEncoding = bucket.SignsChunks,
                },
                cancellationToken);
            return new S3Part(new ObjectPart(number, part.Count), answer.ETag, default);
        }
        catch (AmazonS3Exception gone) when (S3Faults.IsMissingUpload(gone))
        {
            throw UploadLimits.NotFound(name, upload);
        }
    }

    public async Task<IReadOnlyList<S3Part>> ListAsync(string name, string upload, CancellationToken cancellationToken)
    {
        var parts = new List<S3Part>();
        string? after = null;
        do
        {
            var request = new ListPartsRequest { BucketName = bucket.Name, Key = bucket.Keys.Of(name), UploadId = upload, PartNumberMarker = after };
            ListPartsResponse page;
            try
            {
                page = await bucket.Client.ListPartsAsync(request, cancellationToken);
            }
            catch (AmazonS3Exception gone) when (S3Faults.IsMissingUpload(gone))
            {
                throw UploadLimits.NotFound(name, upload);
            }

            foreach (var part in page.Parts ?? [])
            {
                parts.Add(new S3Part(new ObjectPart(part.PartNumber ?? 0, part.Size ?? 0), part.ETag, S3Bucket.TimeOf(part.LastModified)));
            }

            after = page.IsTruncated == true ? $"{page.NextPartNumberMarker}" : null;
        }
        while (after is not null);
        return parts;
    }

    /// <summary>Joins the parts, and checks what S3 has then.</summary>
    public async Task<ObjectInfo> CompleteAsync(string name, string upload, IReadOnlyList<S3Part> parts, CancellationToken cancellationToken)
    {
        var size = parts.Sum(part => part.Part.Size);
        var before = await bucket.HeadAsync(name, cancellationToken);
        try
        {
            var answer = await bucket.Client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = bucket.Name,
                    Key = bucket.Keys.Of(name),
                    UploadId = upload,
                    PartETags = [.. parts.Select(part => new PartETag(part.Part.Number, part.ETag))],
                },
                cancellationToken);
            return await bucket.CheckAsync(name, size, answer.ETag, cancellationToken);
        }
        catch (AmazonS3Exception gone) when (S3Faults.IsMissingUpload(gone))
        {
            // The SDK sends it again where the answer was lost: then the upload is gone, because it is complete.
            var after = await bucket.HeadAsync(name, cancellationToken);
            return after is not null && after.Info.Size == size && after.ETag != before?.ETag
                ? after.Info
                : throw UploadLimits.NotFound(name, upload);
        }
    }

    public async Task<bool> AbortAsync(string name, string upload, CancellationToken cancellationToken)
    {
        try
        {
            var request = new AbortMultipartUploadRequest { BucketName = bucket.Name, Key = bucket.Keys.Of(name), UploadId = upload };
            await bucket.Client.AbortMultipartUploadAsync(request, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception gone) when (S3Faults.IsMissingUpload(gone))
        {
            return false;
        }
    }

    /// <summary>Drops the parts of a put that failed; what cannot be dropped now, a sweep finds.</summary>
    public async Task TryAbortAsync(string name, string upload)
    {
        using var limit = new CancellationTokenSource(AbortTimeout);
        try
        {
            await AbortAsync(name, upload, limit.Token);
        }
        catch (Exception fault) when (S3Faults.Is(fault))
        {
            return;
        }
    }

    public async Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken)
    {
        var swept = 0;
        var request = new ListMultipartUploadsRequest { BucketName = bucket.Name, Prefix = bucket.Keys.Begin };
        while (true)
        {
            var page = await bucket.Client.ListMultipartUploadsAsync(request, cancellationToken);
            foreach (var upload in page.MultipartUploads ?? [])
            {
                if (S3Bucket.TimeOf(upload.Initiated) < untouchedSince
                    && bucket.Keys.NameOf(upload.Key, prefix: ".") is { } name
                    && await IsUntouchedAsync(name, upload.UploadId, untouchedSince, cancellationToken)
                    && await AbortAsync(name, upload.UploadId, cancellationToken))
                {
                    swept++;
                }
            }

            if (page.IsTruncated != true)
            {
                return swept;
            }

            request.KeyMarker = page.NextKeyMarker;
            request.UploadIdMarker = page.NextUploadIdMarker;
        }
    }

    [SuppressMessage("Security", "CA5351", Justification = "S3 checks what it gets by it; it guards against faults, not against people.")]
    internal static string Md5(ArraySegment<byte> content) => Convert.ToBase64String(MD5.HashData(content));

    private async Task<bool> IsUntouchedAsync(string name, string upload, DateTimeOffset since, CancellationToken cancellationToken)
    {
        try
        {
            return (await ListAsync(name, upload, cancellationToken)).All(part => part.ChangedAt < since);
        }
        catch (ObjectStoreException gone) when (gone.Error == ObjectStoreError.NotFound)
        {
            return false;
        }
    }
}
