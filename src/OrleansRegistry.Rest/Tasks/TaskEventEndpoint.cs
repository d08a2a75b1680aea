using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary><c>GET /tasks/{id}/events</c>: the task, then what happens to it, until it is over.</summary>
internal sealed class TaskEventEndpoint(ITaskRegistry registry, EventStreams streams)
{
    public void Map(ApiRoutes routes) =>
        routes.Get("/tasks/{id}/events", WatchAsync, TaskDocs.Task("watchTask", "The task and then every change of it, as server-sent events")
            .Says("event: task is the whole task, first and wherever changes in between are no longer held; event: update is one change, "
                + "and its id the generation; event: deleted ends the stream, as a terminal state does; event: bye is said by a server that ends: "
                + "come back with Last-Event-ID. For the holder of a lease the event that ends the lease is the last.")
            .Leased()
            .Resumable()
            .Versioned()
            .AnswerEvents("The events.")
            .Answer(204, "The task is over, and the client has its last event: there is nothing to come back for.")
            .Problems(400, 404, 503));

    private async Task WatchAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, segmentsAfter: 1);
        var last = EventStreams.LastEventOf(context.Request, new QueryParameters(context));
        var format = StateFormat.Of(context);
        var caller = context.GetCaller();
        var lease = TaskReadEndpoints.LeaseToken(context);
        var view = TaskReadEndpoints.Head with { LeaseToken = lease, SeenGeneration = last };
        var head = await registry.GetAsync(caller, id, view, context.RequestAborted) ?? throw TaskPaths.NotFound();
        if (head.Status.State.IsTerminal() && last == head.Generation)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await streams.SendAsync(
            context, ending => registry.WatchAsync(caller, id, last, lease, ending), (output, change) => WriteAsync(context, output, change, format));
    }

    private static Task WriteAsync(HttpContext context, SseWriter output, TaskEvent change, StateFormat format)
    {
        var name = change switch
        {
            { Deleted: true } => "deleted",
            { Snapshot: null } => "update",
            _ => "task",
        };
        return EventStreams.WriteEventAsync(output, name, change.Generation, answer => change.Snapshot is { } task
            ? TaskJson.WriteAsync(answer, context, task, new TaskShape(format))
            : WriteChangeAsync(answer, context, change, format));
    }

    private static async ValueTask WriteChangeAsync(JsonAnswer answer, HttpContext context, TaskEvent change, StateFormat format)
    {
        answer.Json.WriteStartObject();
        answer.Json.WriteString("taskId"u8, change.TaskId);
        answer.Json.WriteString("contextId"u8, change.ContextId);
        answer.Json.WriteNumber("generation"u8, change.Generation);
        if (change.Status is { } status)
        {
            await TaskJson.WriteStatusAsync(answer, context, status, format);
        }

        await answer.WriteDocumentsAsync(context, "messages", change.Messages);
        if (change.Artifacts is { Count: > 0 } artifacts)
        {
            await WriteArtifactsAsync(answer, context, artifacts);
        }

        await answer.WriteDocumentAsync(context, "metadata", change.Metadata);
        answer.Json.WriteEndObject();
    }

    private static async ValueTask WriteArtifactsAsync(JsonAnswer answer, HttpContext context, IReadOnlyList<TaskArtifact> artifacts)
    {
        answer.Json.WriteStartArray("artifacts"u8);
        foreach (var artifact in artifacts)
        {
            answer.Json.WriteStartObject();
            await answer.WriteDocumentAsync(context, "artifact", artifact.Json);
            if (artifact.Append)
            {
                answer.Json.WriteBoolean("append"u8, true);
            }

            if (artifact.LastChunk)
            {
                answer.Json.WriteBoolean("lastChunk"u8, true);
            }

            answer.Json.WriteEndObject();
        }

        answer.Json.WriteEndArray();
    }
}
