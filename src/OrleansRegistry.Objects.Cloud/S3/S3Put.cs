using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace OrleansRegistry.Objects.Cloud.S3;

/// <summary>One put.</summary>
internal sealed class S3Put(S3Bucket bucket, S3Uploads uploads, string name) : IPartedTarget
{
    private readonly List<S3Part> parts = [];
    private string upload = "";

    /// <summary>What S3 has afterwards.</summary>
    public ObjectInfo? Stored { get; private set; }

    public async Task PutWholeAsync(ArraySegment<byte> content, CancellationToken cancellationToken)
    {
        var answer = await bucket.Client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket.Name,
                Key = bucket.Keys.Of(name),
                InputStream = new MemoryStream(content.Array!, content.Offset, content.Count, writable: false),
                MD5Digest = S3Uploads.Md5(content),
                UseChunkEncoding = bucket.SignsChunks,
                ServerSideEncryptionMethod = bucket.EncryptionMethod,
                ServerSideEncryptionKeyManagementServiceKeyId = bucket.KmsKeyId,
            },
            cancellationToken);
        Stored = await bucket.CheckAsync(name, content.Count, answer.ETag, cancellationToken);
    }

    public async Task BeginAsync(CancellationToken cancellationToken) => upload = await uploads.BeginAsync(name, cancellationToken);

    public async Task PutPartAsync(int number, ArraySegment<byte> part, CancellationToken cancellationToken) =>
        parts.Add(await uploads.PutAsync(name, upload, number, part, cancellationToken));

    public async Task CompleteAsync(long size, CancellationToken cancellationToken) =>
        Stored = await uploads.CompleteAsync(name, upload, parts, cancellationToken);

    public Task AbortAsync() => uploads.TryAbortAsync(name, upload);
}
