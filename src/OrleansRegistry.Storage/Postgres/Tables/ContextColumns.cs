using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>The table of contexts, and its columns for queries.</summary>
internal static class ContextColumns
{
    public static RecordTable Table { get; } = new(
        RecordKind.Context,
        "context_records",
        "",
        [
            new QueryColumn<Row, string?>("owner", NpgsqlDbType.Text, "i.owner", row => row.Owner),
            new QueryColumn<Row, ReadOnlyMemory<byte>?>(
                "context_data", NpgsqlDbType.Bytea, TaskColumns.JsonbOf("context_data"), row => TaskColumns.BytesOf(row.Fields.Data)),
            new QueryColumn<Row, DateTime?>("created_at", NpgsqlDbType.TimestampTz, "i.created_at", row => row.Fields.CreatedAt.UtcDateTime),
            new QueryColumn<Row, DateTime?>("updated_at", NpgsqlDbType.TimestampTz, "i.updated_at", row => row.Fields.UpdatedAt.UtcDateTime),
        ],
        body => RecordIndexes.WithFields(RecordKind.Context, body).Source is ContextFields fields ? new Row(fields, KeyText.Value(fields.Owner)) : null);

    private sealed record Row(ContextFields Fields, string Owner);
}
