using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansRegistry.Gateway.Events;

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

    /// <param name="id">What a reader names as <c>Last-Event-ID</c> to go on after this event; null leaves it as it was.</param>
    /// <param name="data">One JSON document as UTF-8. Its line ends are white space, and become line ends of the event's data.</param>
    public void WriteEvent(string name, long? id, ReadOnlySpan<byte> data)
    {
        Write($"event: {name}\n");
        if (id is { } number)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"id: {number}\n"));
        }

        while (true)
        {
            var end = data.IndexOfAny((byte)'\n', (byte)'\r');
            output.Write("data: "u8);
            output.Write(end < 0 ? data : data[..end]);
            output.Write("\n"u8);
            if (end < 0)
            {
                break;
            }

            data = data[(end + 1)..];
        }

        output.Write("\n"u8);
    }

    /// <summary>What readers pass over, and what shows that both ends are still there.</summary>
    public void WriteHeartbeat() => output.Write(":\n\n"u8);

    /// <summary>Sends what was written, and waits while the reader is too slow to take it.</summary>
    public async Task FlushAsync() => await output.FlushAsync(context.RequestAborted);

    private void Write(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, output.GetSpan(length));
        output.Advance(length);
    }
}
