using Npgsql;
using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>How one column of a kind is sent, as an array with a value for each row of a batch.</summary>
/// <param name="place">Its place in <see cref="ColumnValues"/>.</param>
internal sealed class SentColumn(RecordColumn column, int place)
{
    public string Name => column.Name;

    /// <summary>The type of what is sent, as SQL calls it.</summary>
    public string SqlType => column.Type switch
    {
        ColumnType.Text => "text",
        ColumnType.Time => "timestamptz",
        ColumnType.Flag => "boolean",
        ColumnType.Number => "bigint",
        _ => "bytea",
    };

    /// <summary>The column's value: SQL over the sent row <c>i</c>, where what is sent has the column's name.</summary>
    public string Expression => column.Type switch
    {
        ColumnType.Flag => $"coalesce(i.{Name}, false)",
        // Without a call for the many rows that have none.
        ColumnType.Json => $"CASE WHEN i.{Name} IS NOT NULL THEN registry_jsonb(i.{Name}) END",
        _ => $"i.{Name}",
    };

    /// <param name="rows">Null for a row whose columns stay empty.</param>
    public NpgsqlParameter Collect(IReadOnlyList<object?[]?> rows) => column.Type switch
    {
        ColumnType.Text => Array<string?>(rows, NpgsqlDbType.Text),
        ColumnType.Time => Array<DateTime?>(rows, NpgsqlDbType.TimestampTz),
        ColumnType.Flag => Array<bool?>(rows, NpgsqlDbType.Boolean),
        ColumnType.Number => Array<long?>(rows, NpgsqlDbType.Bigint),
        _ => Array<ReadOnlyMemory<byte>?>(rows, NpgsqlDbType.Bytea),
    };

    private NpgsqlParameter<T[]> Array<T>(IReadOnlyList<object?[]?> rows, NpgsqlDbType type)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (T)rows[i]?[place]!;
        }

        return new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
