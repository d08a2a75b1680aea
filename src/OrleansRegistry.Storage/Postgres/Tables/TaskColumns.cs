using NpgsqlTypes;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>The table of tasks, and its columns for queries.</summary>
internal static class TaskColumns
{
    public static RecordTable Table { get; } = new(
        RecordKind.Task,
        "task_records",
        "",
        [
            new QueryColumn<Row, string?>("context_id", NpgsqlDbType.Text, "i.context_id", row => row.ContextId),
            new QueryColumn<Row, string?>("state", NpgsqlDbType.Text, "i.state", row => row.Fields.State.ToV03()),
            new QueryColumn<Row, DateTime?>("state_timestamp", NpgsqlDbType.TimestampTz, "i.state_timestamp", row => row.Fields.StatusAt.UtcDateTime),
            new QueryColumn<Row, string?>("owner", NpgsqlDbType.Text, "i.owner", row => row.Owner),
            new QueryColumn<Row, string?>("agent_id", NpgsqlDbType.Text, "i.agent_id", row => row.AgentId),
            new QueryColumn<Row, DateTime?>("lease_expires_at", NpgsqlDbType.TimestampTz, "i.lease_expires_at", row => row.Fields.LeaseExpiresAt?.UtcDateTime),
            new QueryColumn<Row, DateTime?>("open_deadline", NpgsqlDbType.TimestampTz, "i.open_deadline", row => row.Fields.OpenDeadline?.UtcDateTime),
            new QueryColumn<Row, bool>("has_webhook", NpgsqlDbType.Boolean, "i.has_webhook", row => row.Fields.HasWebhook),
            new QueryColumn<Row, ReadOnlyMemory<byte>?>("metadata", NpgsqlDbType.Bytea, JsonbOf("metadata"), row => BytesOf(row.Fields.Metadata)),
            new QueryColumn<Row, DateTime?>("created_at", NpgsqlDbType.TimestampTz, "i.created_at", row => row.Fields.CreatedAt.UtcDateTime),
            new QueryColumn<Row, DateTime?>("updated_at", NpgsqlDbType.TimestampTz, "i.updated_at", row => row.Fields.UpdatedAt.UtcDateTime),
        ],
        body => RecordIndexes.WithFields(RecordKind.Task, body).Source is TaskFields fields
            ? new Row(fields, KeyText.Value(fields.ContextId), KeyText.Value(fields.Owner), fields.AgentId is { } agent ? KeyText.Value(agent) : null)
            : null);

    /// <summary>What is sent as bytes, as jsonb; without a call for the many rows that have none.</summary>
    public static string JsonbOf(string column) => $"CASE WHEN i.{column} IS NOT NULL THEN registry_jsonb(i.{column}) END";

    /// <summary>Null, and not bytes of length 0, where there is none.</summary>
    public static ReadOnlyMemory<byte>? BytesOf(RawJson json) => json.IsEmpty ? default(ReadOnlyMemory<byte>?) : json.Utf8;

    private sealed record Row(TaskFields Fields, string ContextId, string Owner, string? AgentId);
}
