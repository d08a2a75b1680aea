using Microsoft.AspNetCore.Http;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.HttpJson;

/// <summary>
/// Streams of the HTTP+JSON binding: server-sent events whose data is a <c>StreamResponse</c>. A stream that ends before its task has, as the server
/// does, just ends: its client comes back with <c>Last-Event-ID</c>.
/// </summary>
/// <remarks>Source: A2A 1.0, 11.7.</remarks>
internal static class HttpJsonStream
{
    public static Task SendAsync(EventStreams streams, HttpContext context, TaskStream stream) => streams.SendAsync(
        context,
        stream.Items,
        (output, item) => EventStreams.WriteEventAsync(output, null, item.EventId, answer => answer.Writer(context).WriteAsync(item)),
        (_, _) => Task.CompletedTask);
}
