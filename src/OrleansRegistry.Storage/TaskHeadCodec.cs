using System.Text.Json;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>
/// A task's head as stores hold it. The document has <c>generation</c>, <c>history</c> and <c>artifacts</c> (see <see cref="LogJson"/>), and where there are
/// such <c>status_message</c>, <c>artifact_count</c>, <c>artifact_bytes</c>, <c>artifacts_swept</c>, <c>history_swept</c>, <c>lease</c>, <c>lost_token</c>, <c>attempts</c>, <c>webhooks</c>, <c>keys</c> and
/// <c>requests</c> (<see cref="RequestMarksJson"/>); all else is in the fields, <see cref="TaskFields"/>.
/// One that is being deleted has the owner in the document, as <c>deleting</c>, and an empty owner in its fields: no list of an owner's shows it.
/// </summary>
public static class TaskHeadCodec
{
    public static RecordBody Write(TaskHead task)
    {
        var fields = new TaskFields(
            task.ContextId,
            task.Status.State,
            task.Status.Timestamp,
            task.Deleting ? "" : task.Owner,
            task.Deleting ? null : task.AgentId,
            task.CreatedAt,
            task.UpdatedAt,
            task.Lease?.ExpiresAt,
            task.Webhooks.Count > 0,
            task.Metadata) { Deadline = task.Deadline, Unknown = task.Unknown.Fields };
        return new RecordBody(FieldsWriter.Write(task, WriteDocument), fields.Write()) { Source = fields };
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static TaskHead Read(StoredRecord stored) => StoredRecords.Read(RecordKind.Task, stored, ReadHead);

    private static TaskHead ReadHead(StoredRecord stored)
    {
        var fields = stored.Body.Source as TaskFields ?? TaskFields.Read(stored.Body.Fields);
        using var document = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        var root = new StoredObject(document.RootElement, "document");
        var deletingOwner = root.TextOrNull("deleting");
        return new TaskHead
        {
            Tenant = stored.Key.Tenant,
            Id = stored.Key.Id,
            ContextId = fields.ContextId,
            Owner = deletingOwner ?? fields.Owner,
            AgentId = fields.AgentId,
            Status = new Model.TaskStatus(
                fields.State, fields.StatusAt, root.Raw("status_message")),
            Metadata = fields.Metadata,
            Generation = root.Number("generation"),
            CreatedAt = fields.CreatedAt,
            UpdatedAt = fields.UpdatedAt,
            History = LogJson.Read(root, "history"),
            Artifacts = root.Has("artifacts") ? LogJson.Read(root, "artifacts") : LogHead.Empty,
            ArtifactCount = (int)(root.NumberOrNull("artifact_count") ?? 0),
            ArtifactBytes = root.NumberOrNull("artifact_bytes") ?? (root.Has("artifacts") ? null : 0),
            HistorySwept = root.NumberOrNull("history_swept") ?? 0,
            ArtifactsSwept = root.NumberOrNull("artifacts_swept") ?? 0,
            Lease = root.ObjectOrNull("lease") is { } lease ? ReadLease(lease) : null,
            LostToken = root.TextOrNull("lost_token"),
            Deadline = fields.Deadline,
            Attempts = (int)(root.NumberOrNull("attempts") ?? 0),
            Webhooks = root.Array("webhooks", ReadWebhook),
            Keys = root.Array("keys", key => key.GetString() ?? throw new JsonException("a key is null")),
            Deleting = deletingOwner is not null,
            Requests = RequestMarksJson.Read(root),
            Unknown = new UnknownMembers(root.Unknown(), fields.Unknown),
        };
    }

    private static void WriteDocument(Utf8JsonWriter json, TaskHead task)
    {
        json.WriteNumber("generation"u8, task.Generation);
        if (!task.Status.Message.IsEmpty)
        {
            json.WritePropertyName("status_message"u8);
            json.WriteRawValue(task.Status.Message.Span, skipInputValidation: true);
        }

        LogJson.Write(json, "history"u8, task.History);
        if (task.HistorySwept > 0)
        {
            json.WriteNumber("history_swept"u8, task.HistorySwept);
        }

        if (task.Artifacts.Count > 0 || task.Artifacts.Base > 0)
        {
            LogJson.Write(json, "artifacts"u8, task.Artifacts);
            json.WriteNumber("artifact_count"u8, task.ArtifactCount);
            if (task.ArtifactBytes is { } bytes)
            {
                json.WriteNumber("artifact_bytes"u8, bytes);
            }

            if (task.ArtifactsSwept > 0)
            {
                json.WriteNumber("artifacts_swept"u8, task.ArtifactsSwept);
            }
        }

        if (task.Lease is { } lease)
        {
            json.WriteStartObject("lease"u8);
            json.WriteString("worker"u8, lease.Worker);
            json.WriteString("token"u8, lease.Token);
            json.WriteString("expires_at"u8, lease.ExpiresAt);
            StoredObject.WriteUnknown(json, lease.Unknown);
            json.WriteEndObject();
        }

        if (task.LostToken is not null)
        {
            json.WriteString("lost_token"u8, task.LostToken);
        }

        if (task.Attempts > 0)
        {
            json.WriteNumber("attempts"u8, task.Attempts);
        }

        if (task.Webhooks.Count > 0)
        {
            WriteWebhooks(json, task.Webhooks);
        }

        if (task.Keys.Count > 0)
        {
            json.WriteStartArray("keys"u8);
            foreach (var key in task.Keys)
            {
                json.WriteStringValue(key);
            }

            json.WriteEndArray();
        }

        RequestMarksJson.Write(json, task.Requests);
        if (task.Deleting)
        {
            json.WriteString("deleting"u8, task.Owner);
        }

        StoredObject.WriteUnknown(json, task.Unknown.Document);
    }

    private static void WriteWebhooks(Utf8JsonWriter json, IReadOnlyList<TaskWebhook> webhooks)
    {
        json.WriteStartArray("webhooks"u8);
        foreach (var webhook in webhooks)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, webhook.Id);
            json.WritePropertyName("config"u8);
            json.WriteRawValue(webhook.Config.Span, skipInputValidation: true);
            StoredObject.WriteUnknown(json, webhook.Unknown);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static TaskLease ReadLease(StoredObject lease) =>
        new(lease.Text("worker"), lease.Text("token"), lease.Time("expires_at")) { Unknown = lease.Unknown() };

    private static TaskWebhook ReadWebhook(JsonElement json)
    {
        var webhook = new StoredObject(json, "webhooks");
        return new TaskWebhook(webhook.Text("id"), webhook.Raw("config")) { Unknown = webhook.Unknown() };
    }
}
