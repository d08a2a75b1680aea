using Azure.Storage.Blobs.Models;

namespace OrleansRegistry.Objects.Cloud.Azure;

/// <summary>One put.</summary>
internal sealed class AzurePut(AzureContainer container, AzureUploads uploads, string name) : IPartedTarget
{
    private readonly string upload = AzureUploads.NewId();
    private int parts;

    /// <summary>What the store has afterwards.</summary>
    public ObjectInfo? Stored { get; private set; }

    public async Task PutWholeAsync(ArraySegment<byte> content, CancellationToken cancellationToken)
    {
        var body = new MemoryStream(content.Array!, content.Offset, content.Count, writable: false);
        var answer = await container.Blob(name).UploadAsync(body, new BlobUploadOptions(), cancellationToken);
        Stored = await container.CheckAsync(name, content.Count, answer.Value, cancellationToken);
    }

    public Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PutPartAsync(int number, ArraySegment<byte> part, CancellationToken cancellationToken)
    {
        parts = number;
        return uploads.StageAsync(name, upload, number, part, cancellationToken);
    }

    public async Task CompleteAsync(long size, CancellationToken cancellationToken) =>
        Stored = await uploads.CompleteAsync(name, upload, parts, size, cancellationToken);

    /// <summary>The store drops blocks that nobody commits.</summary>
    public Task AbortAsync() => Task.CompletedTask;
}
