using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansRegistry.Http;

/// <summary>The bytes of one request's body, in a borrowed buffer.</summary>
internal readonly struct RequestBody
{
    private const int FirstBuffer = 16 * 1024;

    // A length is only a claim: memory beyond this is taken as bytes come in.
    private const int MostOnCredit = 64 * 1024;

    private readonly byte[] buffer;
    private readonly int length;

    private RequestBody(byte[] buffer, int length)
    {
        this.buffer = buffer;
        this.length = length;
    }

    /// <summary>Without the byte order mark that some editors put in front.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            var all = buffer.AsMemory(0, length);
            return all.Span.StartsWith(Bom) ? all[Bom.Length..] : all;
        }
    }

    private static ReadOnlySpan<byte> Bom => [0xEF, 0xBB, 0xBF];

    /// <summary>
    /// Gives the buffer back. Not after a fault: a cancelled call may still be reading it, and then the garbage collector takes it.
    /// </summary>
    public void Release() => ArrayPool<byte>.Shared.Return(buffer);

    /// <summary>Reads a JSON body to its end.</summary>
    /// <param name="anyType">Whatever the headers call it: the older registry's JSON-RPC took any.</param>
    /// <exception cref="HttpProblemException">415: it is not JSON by its headers.</exception>
    /// <exception cref="RegistryException">The body is missing, or has more than <paramref name="limit"/> bytes.</exception>
    public static ValueTask<RequestBody> ReadJsonAsync(HttpContext context, long limit, bool anyType = false)
    {
        var request = context.Request;
        if (request.ContentLength is 0 or null && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            throw RegistryException.Invalid("body", "is missing");
        }

        if (!anyType)
        {
            JsonContentType.Demand(request);
        }

        JsonContentType.DemandPlain(request);
        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        // The server's own limit is one for all it serves; the gateway's is what counts here.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        return ReadAsync(context, limit);
    }

    private static async ValueTask<RequestBody> ReadAsync(HttpContext context, long limit)
    {
        var reader = context.Request.BodyReader;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(context.Request.ContentLength ?? FirstBuffer, MostOnCredit));
        var length = 0;
        var sender = new SlowSender(context);
        while (true)
        {
            var result = await sender.AwaitAsync(reader.ReadAsync(context.RequestAborted));
            var received = result.Buffer;
            if (length + received.Length > limit)
            {
                throw TooLarge(limit);
            }

            var needed = length + (int)received.Length;
            if (needed > buffer.Length)
            {
                buffer = Grow(buffer, length, needed);
            }

            received.CopyTo(buffer.AsSpan(length));
            length = needed;
            reader.AdvanceTo(received.End);
            if (result.IsCompleted)
            {
                await sender.EndAsync();
                return new RequestBody(buffer, length);
            }
        }
    }

    private static byte[] Grow(byte[] buffer, int length, int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, buffer.Length * 2));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static RegistryException TooLarge(long limit) =>
        new(RegistryError.TooLarge, $"body: is too large; this registry takes up to {limit:N0} bytes", "body");
}
