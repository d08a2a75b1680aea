using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>What of a task an answer shows, and how.</summary>
/// <param name="HidesHistory">The history is left out, though it was loaded.</param>
/// <param name="ShowsToken">The lease's token is shown, and the trace to go on with: to its holder.</param>
/// <param name="IsRepeated">The message was stored before, which the answer says.</param>
internal readonly record struct TaskShape(StateFormat Format, bool HidesHistory = false, bool ShowsToken = false, bool IsRepeated = false);

/// <summary>
/// Writes tasks as A2A does, with the registry's own members beside. Messages, artifacts and metadata are the bytes that were sent.
/// </summary>
internal static class TaskJson
{
    /// <summary>Writes a task, sending what grows large as it is written.</summary>
    public static async ValueTask WriteAsync(JsonAnswer answer, HttpContext context, TaskRecord task, TaskShape shape)
    {
        WriteHead(answer.Json, task, shape);
        await WriteStatusAsync(answer, context, task.Status, shape.Format);
        await answer.WriteDocumentsAsync(context, "history", shape.HidesHistory ? [] : task.History);
        await answer.WriteDocumentsAsync(context, "artifacts", task.Artifacts);
        await answer.WriteDocumentAsync(context, "metadata", task.Metadata);
        WriteTail(answer.Json, task, shape);
    }

    public static async ValueTask WriteStatusAsync(JsonAnswer answer, HttpContext context, TaskStatus status, StateFormat format)
    {
        answer.Json.WriteStartObject("status"u8);
        answer.Json.WriteString("state"u8, format.Spell(status.State));
        answer.Json.WriteTime("timestamp", status.Timestamp);
        await answer.WriteDocumentAsync(context, "message", status.Message);
        answer.Json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, TaskRecord task, TaskShape shape)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, task.Id);
        json.WriteString("contextId"u8, task.ContextId);
        if (shape.Format.IsV03)
        {
            json.WriteString("kind"u8, "task"u8);
        }
    }

    private static void WriteTail(Utf8JsonWriter json, TaskRecord task, TaskShape shape)
    {
        json.WriteGiven("agentId", task.AgentId);
        json.WriteString("owner"u8, task.Owner);
        json.WriteNumber("generation"u8, task.Generation);
        json.WriteTime("createdAt", task.CreatedAt);
        json.WriteTime("updatedAt", task.UpdatedAt);
        json.WriteNumber("historyCount"u8, task.HistoryCount);
        json.WriteNumber("artifactCount"u8, task.ArtifactCount);
        if (task.HistoryTruncated && !shape.HidesHistory)
        {
            json.WriteBoolean("historyTruncated"u8, true);
        }

        if (task.ArtifactsTruncated)
        {
            json.WriteBoolean("artifactsTruncated"u8, true);
        }

        if (task.Lease is { } lease)
        {
            json.WriteStartObject("lease"u8);
            json.WriteString("worker"u8, lease.Worker);
            if (shape.ShowsToken && lease.Token.Length > 0)
            {
                json.WriteString("token"u8, lease.Token);
            }

            json.WriteTime("expiresAt", lease.ExpiresAt);
            json.WriteEndObject();
        }

        json.WriteTime("deadline", task.Deadline);

        if (task.Attempts > 0)
        {
            json.WriteNumber("attempts"u8, task.Attempts);
        }

        if (task.IsReply)
        {
            json.WriteBoolean("reply"u8, true);
        }

        if (task.AcceptedOutputModes.Count > 0)
        {
            json.WriteGiven("acceptedOutputModes", task.AcceptedOutputModes);
        }

        if (shape.ShowsToken && task.TraceParent is { } trace)
        {
            json.WriteString("traceparent"u8, trace);
        }

        if (shape.IsRepeated || task.Repeated)
        {
            json.WriteBoolean("repeated"u8, true);
        }

        json.WriteEndObject();
    }
}
