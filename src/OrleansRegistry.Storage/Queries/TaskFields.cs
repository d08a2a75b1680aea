using System.Text.Json;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>What stores index of a task; kept as its record's fields, one JSON object with these names in snake_case.</summary>
/// <param name="StatusAt">To the millisecond, as all times here.</param>
/// <param name="Metadata">One JSON object; empty where there is none. On PostgreSQL it can be queried by hand.</param>
public sealed record TaskFields(
    string ContextId,
    TaskState State,
    DateTimeOffset StatusAt,
    string Owner,
    string? AgentId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? LeaseExpiresAt,
    bool HasWebhook,
    RawJson Metadata)
{
    /// <summary>When the task fails if it is not over by then; null for never.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The deadline of a task that it can still meet or miss: not of one that is over or being deleted.</summary>
    public DateTimeOffset? OpenDeadline => State.IsTerminal() || Owner.Length == 0 ? null : Deadline;

    /// <summary>Members that a newer version wrote, as one JSON object; empty where there are none.</summary>
    public RawJson Unknown { get; init; }

    /// <summary>The time by which a listed record has its place, whether this version can read the record or not.</summary>
    public static DateTimeOffset PlaceOf(StoredRecord listed) => listed.ListedAt ?? Read(listed.Body.Fields).StatusAt;

    /// <exception cref="JsonException">The fields are none that <see cref="Write"/> made.</exception>
    public static TaskFields Read(RawJson fields)
    {
        using var document = JsonDocument.Parse(fields.Utf8, JsonInput.Stored);
        var root = new StoredObject(document.RootElement, "fields");
        return new TaskFields(
            root.Text("context_id"),
            TaskStates.TryParse(root.Text("state")) ?? throw new JsonException("'state' is none that this version knows"),
            root.Time("status_at"),
            root.Text("owner"),
            root.TextOrNull("agent_id"),
            root.Time("created_at"),
            root.Time("updated_at"),
            root.TimeOrNull("lease_expires_at"),
            root.Has("has_webhook"),
            root.Raw("metadata"))
        {
            Deadline = root.TimeOrNull("deadline"),
            Unknown = root.Unknown(),
        };
    }

    public RawJson Write() => FieldsWriter.Write(this, static (json, task) =>
    {
        json.WriteString("context_id"u8, task.ContextId);
        json.WriteString("state"u8, task.State.ToV03());
        json.WriteString("status_at"u8, task.StatusAt);
        json.WriteString("owner"u8, task.Owner);
        if (task.AgentId is not null)
        {
            json.WriteString("agent_id"u8, task.AgentId);
        }

        json.WriteString("created_at"u8, task.CreatedAt);
        json.WriteString("updated_at"u8, task.UpdatedAt);
        if (task.LeaseExpiresAt is { } lease)
        {
            json.WriteString("lease_expires_at"u8, lease);
        }

        if (task.Deadline is { } deadline)
        {
            json.WriteString("deadline"u8, deadline);
        }

        if (task.HasWebhook)
        {
            json.WriteBoolean("has_webhook"u8, true);
        }

        if (!task.Metadata.IsEmpty)
        {
            json.WritePropertyName("metadata"u8);
            json.WriteRawValue(task.Metadata.Span, skipInputValidation: true);
        }

        StoredObject.WriteUnknown(json, task.Unknown);
    });
}
