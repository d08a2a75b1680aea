using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>A body as it comes, for who passes it on: while its sender is awaited, its request has no place of the server.</summary>
internal sealed class SentStream(HttpContext context) : Stream
{
    private readonly SlowSender sender = new(context);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await sender.AwaitAsync(context.Request.Body.ReadAsync(buffer, cancellationToken));
        if (read == 0 && buffer.Length > 0)
        {
            await sender.EndAsync();
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
