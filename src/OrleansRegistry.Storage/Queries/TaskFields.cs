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
    /// <exception cref="JsonException">The fields are none that <see cref="Write"/> made.</exception>
    public static TaskFields Read(RawJson fields)
    {
        using var document = JsonDocument.Parse(fields.Utf8, JsonInput.Stored);
        var root = document.RootElement;
        return new TaskFields(
            root.GetProperty("context_id"u8).GetString()!,
            TaskStates.TryParse(root.GetProperty("state"u8).GetString()!) ?? throw new JsonException("state: no state of a task"),
            root.GetProperty("status_at"u8).GetDateTimeOffset(),
            root.GetProperty("owner"u8).GetString()!,
            root.TryGetProperty("agent_id"u8, out var agent) ? agent.GetString() : null,
            root.GetProperty("created_at"u8).GetDateTimeOffset(),
            root.GetProperty("updated_at"u8).GetDateTimeOffset(),
            root.TryGetProperty("lease_expires_at"u8, out var lease) ? lease.GetDateTimeOffset() : null,
            root.TryGetProperty("has_webhook"u8, out _),
            root.TryGetProperty("metadata"u8, out var metadata) ? JsonInput.Copy(metadata) : default);
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

        if (task.HasWebhook)
        {
            json.WriteBoolean("has_webhook"u8, true);
        }

        if (!task.Metadata.IsEmpty)
        {
            json.WritePropertyName("metadata"u8);
            json.WriteRawValue(task.Metadata.Span, skipInputValidation: true);
        }
    });
}
