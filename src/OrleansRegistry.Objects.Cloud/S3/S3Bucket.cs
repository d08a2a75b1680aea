using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace OrleansRegistry.Objects.Cloud.S3;

/// <summary>What S3 knows of an object.</summary>
internal sealed record S3Head(ObjectInfo Info, string? ETag);

/// <summary>A bucket and how it is called.</summary>
internal sealed class S3Bucket(S3Options options, IAmazonS3 client, string name, CloudKeys keys)
{
    public string Name => name;

    public CloudKeys Keys => keys;

    public IAmazonS3 Client => client;

    public S3Faults Faults { get; } = new(options, name);

    public string Description => $"S3 bucket {name}{(keys.Begin.Length > 0 ? $" ({keys.Begin})" : "")}";

    /// <summary>Whether bodies are signed in chunks, which few stores but Amazon's know; else their SHA-256 goes ahead of them.</summary>
    public bool SignsChunks => options.Endpoint is null;

    public ServerSideEncryptionMethod? EncryptionMethod => options.Encryption switch
    {
        S3Encryption.Aes256 => ServerSideEncryptionMethod.AES256,
        S3Encryption.Kms => ServerSideEncryptionMethod.AWSKMS,
        _ => null,
    };

    public string? KmsKeyId => options.Encryption == S3Encryption.Kms ? options.KmsKeyId : null;

    public static DateTimeOffset TimeOf(DateTime? time) => time is { } at ? new DateTimeOffset(at.ToUniversalTime()) : default;

    /// <summary>Makes a call, and tells callers what its faults mean.</summary>
    public async Task<T> CallAsync<T>(S3Call call, Func<Task<T>> work, CancellationToken cancellationToken)
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
        catch (Exception fault) when (S3Faults.Is(fault) && !cancellationToken.IsCancellationRequested)
        {
            throw Faults.Translate(call, fault);
        }
    }

    public async Task<S3Head?> HeadAsync(string objectName, CancellationToken cancellationToken)
    {
        try
        {
            var request = new GetObjectMetadataRequest { BucketName = name, Key = keys.Of(objectName) };
            var found = await client.GetObjectMetadataAsync(request, cancellationToken);
            return new S3Head(new ObjectInfo(objectName, found.ContentLength, TimeOf(found.LastModified)), found.ETag);
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Checks an object after its put.</summary>
    /// <param name="objectName">Its name.</param>
    /// <param name="size">Its size as it was put.</param>
    /// <param name="etag">That S3 answered the put with.</param>
    /// <exception cref="ObjectStoreException">S3 has none, or another one.</exception>
    public async Task<ObjectInfo> CheckAsync(string objectName, long size, string? etag, CancellationToken cancellationToken)
    {
        var head = await HeadAsync(objectName, cancellationToken);
        var info = ChecksAfterPut.Check(Description, objectName, size, head?.Info);
        ChecksAfterPut.CheckVersion(Description, objectName, etag, head?.ETag);
        return info;
    }
}
