using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Gateway.Events;
using OrleansRegistry.Gateway.Http;
using OrleansRegistry.Gateway.Tasks;

namespace OrleansRegistry.Gateway.Contexts;

/// <summary><c>GET /contexts/{id}/events</c>: the context, then what happens to it, until it is deleted.</summary>
internal sealed class ContextEventEndpoint(IContextRegistry registry, EventStreams streams)
{
    private static readonly string[] Parameters = [EventStreams.Parameter];

    public void Map(GatewayRoutes routes) =>
        routes.Get("/contexts/{id}/events", WatchAsync, ContextPaths.Describe("watchContext", "The context and then every change of it, as server-sent events")
            .Says("event: context is the whole, first and wherever changes in between are no longer held; event: update is one change: data, messages, the id of a new "
                + "task, or cleared; event: deleted ends the stream; event: bye is said by a server that ends: come back with Last-Event-ID.")
            .Streamed()
            .AnswerEvents("The events.")
            .Problems(400, 404, 503));

    private async Task WatchAsync(HttpContext context)
    {
        var id = ContextPaths.ContextId(context, segmentsAfter: 1);
        var last = EventStreams.LastEventOf(context.Request, new QueryParameters(context.Request, Parameters));
        var caller = CallerOf.Request(context);
        _ = await registry.GetAsync(caller, id, context.RequestAborted) ?? throw ContextPaths.NotFound();
        await streams.SendAsync(context, ending => registry.WatchAsync(caller, id, last, ending), Write);
    }

    private static void Write(SseWriter output, ContextEvent change)
    {
        var name = change.Deleted ? "deleted" : change.Snapshot is null ? "update" : "context";
        EventStreams.WriteEvent(output, name, change.Generation, json =>
        {
            if (change.Snapshot is { } context)
            {
                ContextJson.Write(json, context);
            }
            else
            {
                WriteChange(json, change);
            }
        });
    }

    private static void WriteChange(Utf8JsonWriter json, ContextEvent change)
    {
        json.WriteStartObject();
        json.WriteString("contextId"u8, change.ContextId);
        json.WriteNumber("generation"u8, change.Generation);
        json.WriteDocument("data", change.Data);
        json.WriteDocuments("messages", change.Messages);
        if (change.TaskId is not null)
        {
            json.WriteString("taskId"u8, change.TaskId);
        }

        if (change.Cleared)
        {
            json.WriteBoolean("cleared"u8, true);
        }

        json.WriteEndObject();
    }
}
