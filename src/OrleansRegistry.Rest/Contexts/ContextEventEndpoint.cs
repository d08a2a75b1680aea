using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Tasks;

namespace OrleansRegistry.Rest.Contexts;

/// <summary><c>GET /contexts/{id}/events</c>: the context, then what happens to it, until it is deleted.</summary>
internal sealed class ContextEventEndpoint(IContextRegistry registry, EventStreams streams)
{
    public void Map(ApiRoutes routes) =>
        routes.Get("/contexts/{id}/events", WatchAsync, ContextPaths.Describe(
            "watchContext", "The context and then every change of it, as server-sent events")
            .Says("event: context is the whole, first and wherever changes in between are no longer held; "
                + "event: update is one change: data, messages, the id of a new task, or cleared; "
                + "event: deleted ends the stream; event: bye is said by a server that ends: come back with Last-Event-ID.")
            .Resumable()
            .AnswerEvents("The events.")
            .Problems(400, 404, 503));

    private async Task WatchAsync(HttpContext context)
    {
        var id = ContextPaths.ContextId(context, segmentsAfter: 1);
        var last = EventStreams.LastEventOf(context.Request, new QueryParameters(context));
        var caller = context.GetCaller();
        _ = await registry.GetAsync(caller, id, context.RequestAborted) ?? throw ContextPaths.NotFound();
        await streams.SendAsync(
            context, ending => registry.WatchAsync(caller, id, last, ending), (output, change) => WriteAsync(context, output, change));
    }

    private static Task WriteAsync(HttpContext context, SseWriter output, ContextEvent change)
    {
        var name = change switch
        {
            { Deleted: true } => "deleted",
            { Snapshot: null } => "update",
            _ => "context",
        };
        return EventStreams.WriteEventAsync(output, name, change.Generation, answer => change.Snapshot is { } snapshot
            ? ContextJson.WriteAsync(answer, context, snapshot)
            : WriteChangeAsync(answer, context, change));
    }

    private static async ValueTask WriteChangeAsync(JsonAnswer answer, HttpContext context, ContextEvent change)
    {
        answer.Json.WriteStartObject();
        answer.Json.WriteString("contextId"u8, change.ContextId);
        answer.Json.WriteNumber("generation"u8, change.Generation);
        await answer.WriteDocumentAsync(context, "data", change.Data);
        await answer.WriteDocumentsAsync(context, "messages", change.Messages);
        answer.Json.WriteGiven("taskId", change.TaskId);

        if (change.Cleared)
        {
            answer.Json.WriteBoolean("cleared"u8, true);
        }

        answer.Json.WriteEndObject();
    }
}
