using System.Text.Json;

namespace OrleansRegistry.Protocol;

/// <summary>
/// Writes what A2A 1.0 shows of tasks, as ProtoJSON: names in camelCase, times in UTC to the millisecond, nothing null. The registry's own members of
/// a task are not in it.
/// </summary>
/// <param name="json">Takes everything but documents.</param>
/// <param name="document">Writes a document of somebody else's as the value that is due in <paramref name="json"/>.</param>
/// <remarks>Source: A2A 1.0, 4.1, 4.2, 5.5 to 5.7.</remarks>
internal sealed class ProtocolWriter(Utf8JsonWriter json, Func<RawJson, ValueTask> document)
{
    /// <summary>A writer that puts documents into <paramref name="json"/> too.</summary>
    public ProtocolWriter(Utf8JsonWriter json)
        : this(json, raw =>
        {
            json.WriteDocument(raw);
            return default;
        })
    {
    }

    /// <summary>Writes a task with the messages and artifacts that are loaded. Empty ones are left out.</summary>
    public async ValueTask WriteTaskAsync(TaskRecord task)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, task.Id);
        json.WriteString("contextId"u8, task.ContextId);
        await WriteStatusAsync(task.Status, task.Id, task.ContextId);
        if (task.Artifacts.Count > 0)
        {
            json.WriteStartArray("artifacts"u8);
            foreach (var artifact in task.Artifacts)
            {
                await document(DocumentShape.Artifact(artifact));
            }

            json.WriteEndArray();
        }

        if (task.History.Count > 0)
        {
            json.WriteStartArray("history"u8);
            foreach (var message in task.History)
            {
                await document(DocumentShape.Message(message, task.Id, task.ContextId));
            }

            json.WriteEndArray();
        }

        await WriteMetadataAsync(task.Metadata);
        json.WriteEndObject();
    }

    /// <summary>Writes a <c>StreamResponse</c>, which is also what a push notification posts.</summary>
    public async ValueTask WriteAsync(StreamItem item)
    {
        json.WriteStartObject();
        switch (item)
        {
            case StreamItem.OfTask { Task: var task }:
                json.WritePropertyName("task"u8);
                await WriteTaskAsync(task);
                break;
            case StreamItem.OfMessage { Message: var message, ContextId: var contextId }:
                json.WritePropertyName("message"u8);
                await document(DocumentShape.Message(message, taskId: null, contextId));
                break;
            case StreamItem.OfStatus update:
                json.WriteStartObject("statusUpdate"u8);
                json.WriteString("taskId"u8, update.TaskId);
                json.WriteString("contextId"u8, update.ContextId);
                await WriteStatusAsync(update.Status, update.TaskId, update.ContextId);
                await WriteMetadataAsync(update.Metadata);
                json.WriteEndObject();
                break;
            case StreamItem.OfArtifact update:
                await WriteArtifactAsync(update);
                break;
        }

        json.WriteEndObject();
    }

    private async ValueTask WriteArtifactAsync(StreamItem.OfArtifact update)
    {
        json.WriteStartObject("artifactUpdate"u8);
        json.WriteString("taskId"u8, update.TaskId);
        json.WriteString("contextId"u8, update.ContextId);
        json.WritePropertyName("artifact"u8);
        await document(DocumentShape.Artifact(update.Artifact.Json));
        if (update.Artifact.Append)
        {
            json.WriteBoolean("append"u8, true);
        }

        if (update.Artifact.LastChunk)
        {
            json.WriteBoolean("lastChunk"u8, true);
        }

        json.WriteEndObject();
    }

    private async ValueTask WriteStatusAsync(TaskStatus status, string taskId, string contextId)
    {
        json.WriteStartObject("status"u8);
        json.WriteString("state"u8, status.State.ToV10());
        json.WriteTime("timestamp", status.Timestamp);
        if (!status.Message.IsEmpty)
        {
            json.WritePropertyName("message"u8);
            await document(DocumentShape.Message(status.Message, taskId, contextId));
        }

        json.WriteEndObject();
    }

    private ValueTask WriteMetadataAsync(RawJson metadata)
    {
        if (metadata.IsEmpty)
        {
            return default;
        }

        json.WritePropertyName("metadata"u8);
        return document(metadata);
    }
}
