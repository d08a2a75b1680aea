using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>A body as it comes, for who passes it on: while its sender is awaited, its request has no place of the server.</summary>
internal sealed class SentStream(HttpContext context) : ForwardStream
{
    private readonly SlowSender sender = new(context);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await sender.AwaitAsync(context.Request.Body.ReadAsync(buffer, cancellationToken));
        if (read == 0 && buffer.Length > 0)
        {
            await sender.EndAsync();
        }

        return read;
    }
}
