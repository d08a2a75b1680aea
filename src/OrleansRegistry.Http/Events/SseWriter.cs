using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansRegistry.Http;

/// <summary>Writes server-sent events. The framework's own writer knows no comments, which keep an idle stream alive.</summary>
/// <remarks>Source: WHATWG HTML, 9.2, Server-sent events.</remarks>
internal sealed class SseWriter(HttpContext context)
{
    public const string ContentType = "text/event-stream";

    private readonly PipeWriter output = context.Response.BodyWriter;

    /// <summary>Sends the headers, and how soon a reader is to come back when the stream breaks.</summary>
    public async Task StartAsync(TimeSpan retry)
    {
        var response = context.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-cache, no-store";

        // What nginx and its like go by.
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(context.RequestAborted);
        Write(string.Create(CultureInfo.InvariantCulture, $"retry: {(long)retry.TotalMilliseconds}\n\n"));
        await FlushAsync();
    }

    /// <summary>Begins an event, whose data comes by <see cref="WriteDataAsync"/>.</summary>
    /// <param name="id">What a reader names as <c>Last-Event-ID</c> to go on after this event; null leaves it as it was.</param>
    /// <param name="name">Null for an event without a name.</param>
    public void BeginEvent(string? name, long? id)
    {
        if (name is not null)
        {
            Write($"event: {name}\n");
        }

        if (id is { } number)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"id: {number}\n"));
        }

        output.Write("data: "u8);
    }

    /// <summary>Sends a part of an event's data as fast as the reader takes it.</summary>
    /// <param name="part">Of one JSON document as UTF-8. Its line ends are white space, and become line ends of the event's data.</param>
    public async ValueTask WriteDataAsync(ReadOnlyMemory<byte> part)
    {
        for (var rest = part; rest.Length > 0;)
        {
            var piece = rest[..Math.Min(rest.Length, SlowReaders.PieceBytes)];
            WriteData(piece.Span);
            rest = rest[piece.Length..];
            if (rest.Length > 0)
            {
                await FlushAsync();
            }
        }
    }

    /// <summary>Ends the event, and sends it.</summary>
    public Task EndEventAsync()
    {
        output.Write("\n\n"u8);
        return FlushAsync();
    }

    private void WriteData(ReadOnlySpan<byte> data)
    {
        while (data.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var end)
        {
            output.Write(data[..end]);
            output.Write("\ndata: "u8);
            data = data[(end + 1)..];
        }

        output.Write(data);
    }

    /// <summary>What readers pass over, and what shows that both ends are still there.</summary>
    public void WriteHeartbeat() => output.Write(":\n\n"u8);

    /// <summary>Sends what was written, and waits while the reader is too slow to take it.</summary>
    public async Task FlushAsync() => await SlowReaders.FlushAsync(context);

    private void Write(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, output.GetSpan(length));
        output.Advance(length);
    }
}
