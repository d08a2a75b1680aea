using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Gateway.Events;
using OrleansRegistry.Gateway.Http;

namespace OrleansRegistry.Gateway.Tasks;

/// <summary><c>GET /tasks/{id}/events</c>: the task, then what happens to it, until it is over.</summary>
internal sealed class TaskEventEndpoint(ITaskRegistry registry, EventStreams streams)
{
    private static readonly string[] Parameters = [EventStreams.Parameter, StateFormat.Parameter];

    public void Map(GatewayRoutes routes) =>
        routes.Get("/tasks/{id}/events", WatchAsync, TaskDocs.Task("watchTask", "The task and then every change of it, as server-sent events")
            .Says("event: task is the whole task, first and wherever changes in between are no longer held; event: update is one change, and its id the generation; "
                + "event: deleted ends the stream, as a terminal state does; event: bye is said by a server that ends: come back with Last-Event-ID.")
            .Streamed()
            .Spelt()
            .AnswerEvents("The events.")
            .Answer(204, "The task is over, and the client has its last event: there is nothing to come back for.")
            .Problems(400, 404, 503));

    private async Task WatchAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, segmentsAfter: 1);
        var last = EventStreams.LastEventOf(context.Request, new QueryParameters(context.Request, Parameters));
        var format = StateFormat.Of(context);
        var caller = CallerOf.Request(context);
        var head = await registry.GetAsync(caller, id, TaskReadEndpoints.Head, context.RequestAborted) ?? throw TaskPaths.NotFound();
        if (last > head.Generation)
        {
            head = await registry.GetAsync(caller, id, TaskReadEndpoints.Head with { Consistency = ReadConsistency.Strong }, context.RequestAborted) ?? throw TaskPaths.NotFound();
        }

        if (head.Status.State.IsTerminal() && last == head.Generation)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        // What the client has seen was of another task of this id, if it is newer than this one.
        var after = last > head.Generation ? null : last;
        await streams.SendAsync(context, ending => registry.WatchAsync(caller, id, after, ending), (output, change) => Write(output, change, format));
    }

    private static void Write(SseWriter output, TaskEvent change, StateFormat format)
    {
        var name = change.Deleted ? "deleted" : change.Snapshot is null ? "update" : "task";
        EventStreams.WriteEvent(output, name, change.Generation, json =>
        {
            if (change.Snapshot is { } task)
            {
                TaskJson.Write(json, task, new TaskShape(format));
            }
            else
            {
                WriteChange(json, change, format);
            }
        });
    }

    private static void WriteChange(Utf8JsonWriter json, TaskEvent change, StateFormat format)
    {
        json.WriteStartObject();
        json.WriteString("taskId"u8, change.TaskId);
        json.WriteString("contextId"u8, change.ContextId);
        json.WriteNumber("generation"u8, change.Generation);
        if (change.Status is { } status)
        {
            TaskJson.WriteStatus(json, status, format);
        }

        json.WriteDocuments("messages", change.Messages);
        if (change.Artifacts is { Count: > 0 } artifacts)
        {
            WriteArtifacts(json, artifacts);
        }

        json.WriteDocument("metadata", change.Metadata);
        json.WriteEndObject();
    }

    private static void WriteArtifacts(Utf8JsonWriter json, IReadOnlyList<TaskArtifact> artifacts)
    {
        json.WriteStartArray("artifacts"u8);
        foreach (var artifact in artifacts)
        {
            json.WriteStartObject();
            json.WriteDocument("artifact", artifact.Json);
            if (artifact.Append)
            {
                json.WriteBoolean("append"u8, true);
            }

            if (artifact.LastChunk)
            {
                json.WriteBoolean("lastChunk"u8, true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
