using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Gateway.Http;

namespace OrleansRegistry.Gateway.Tasks;

/// <summary>What of a task an answer shows, and how.</summary>
/// <param name="HidesHistory">The history is left out, though it was loaded.</param>
/// <param name="ShowsToken">The lease's token is shown: to its holder.</param>
/// <param name="IsRepeated">The message was stored before, which the answer says.</param>
internal readonly record struct TaskShape(StateFormat Format, bool HidesHistory = false, bool ShowsToken = false, bool IsRepeated = false);

/// <summary>Writes tasks as A2A does, with the registry's own members beside. Messages, artifacts and metadata are the bytes that were sent.</summary>
internal static class TaskJson
{
    public static void Write(Utf8JsonWriter json, TaskRecord task, TaskShape shape)
    {
        WriteHead(json, task, shape);
        json.WriteDocuments("history", shape.HidesHistory ? [] : task.History);
        json.WriteDocuments("artifacts", task.Artifacts);
        WriteTail(json, task, shape);
    }

    /// <summary>The same, sending what grows large as it is written.</summary>
    public static async ValueTask WriteAsync(JsonAnswer answer, HttpContext context, TaskRecord task, TaskShape shape)
    {
        WriteHead(answer.Json, task, shape);
        await WriteDocumentsAsync(answer, context, "history", shape.HidesHistory ? [] : task.History);
        await WriteDocumentsAsync(answer, context, "artifacts", task.Artifacts);
        WriteTail(answer.Json, task, shape);
    }

    public static void WriteStatus(Utf8JsonWriter json, TaskStatus status, StateFormat format)
    {
        json.WriteStartObject("status"u8);
        json.WriteString("state"u8, format.Spell(status.State));
        json.WriteTime("timestamp", status.Timestamp);
        json.WriteDocument("message", status.Message);
        json.WriteEndObject();
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

        WriteStatus(json, task.Status, shape.Format);
    }

    private static void WriteTail(Utf8JsonWriter json, TaskRecord task, TaskShape shape)
    {
        json.WriteDocument("metadata", task.Metadata);
        if (task.AgentId is not null)
        {
            json.WriteString("agentId"u8, task.AgentId);
        }

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

        if (shape.IsRepeated)
        {
            json.WriteBoolean("repeated"u8, true);
        }

        json.WriteEndObject();
    }

    private static async ValueTask WriteDocumentsAsync(JsonAnswer answer, HttpContext context, string name, IReadOnlyList<RawJson> documents)
    {
        if (documents.Count == 0)
        {
            return;
        }

        answer.Json.WriteStartArray(name);
        foreach (var document in documents)
        {
            answer.Json.WriteDocument(document);
            await answer.DrainAsync(context);
        }

        answer.Json.WriteEndArray();
    }
}
