using Npgsql;
using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>Where the records of one kind lie, and which columns beside the document are filled for queries by hand.</summary>
/// <param name="Kind">The kind of record.</param>
/// <param name="Name">The table; also names the channel of its notifications.</param>
/// <param name="Counter">The row of <c>registry_revision</c> that the table's revisions come from; empty where it has none.</param>
/// <param name="Columns">The columns for queries.</param>
/// <param name="Project">What <paramref name="Columns"/> read their values from, made once a write. Never throws: null leaves the columns empty.</param>
internal sealed record RecordTable(
    RecordKind Kind, string Name, string Counter, IReadOnlyList<QueryColumn> Columns, Func<RecordBody, object?> Project)
{
    /// <summary>Every kind that is kept.</summary>
    public static IReadOnlyDictionary<RecordKind, RecordTable> All { get; } = new[]
    {
        new RecordTable(RecordKind.Agent, "agents", "agent", [], _ => null),
        TaskColumns.Table,
        ContextColumns.Table,
        new RecordTable(RecordKind.Feedback, "feedback_records", "", [], _ => null),
        new RecordTable(RecordKind.Page, "record_pages", "", [], _ => null),
    }.ToDictionary(table => table.Kind);

    /// <summary>True where the table's versions are revisions, with a counter, a feed and tombstones.</summary>
    public bool HasRevisions => Kind == RecordKind.Agent;

    public string VersionColumn => HasRevisions ? "revision" : "version";

    public string Channel => $"registry_{Name}";

    /// <summary>The table with the keys that each commit changed.</summary>
    public string ChangeLog => $"{Counter}_changes";
}

/// <summary>One column for queries by hand.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">The type of what is sent for it.</param>
/// <param name="Expression">The column's value: SQL over the sent row <c>i</c>, where what is sent has the column's name.</param>
internal abstract record QueryColumn(string Name, NpgsqlDbType Type, string Expression)
{
    /// <summary>The type of what is sent, as SQL calls it.</summary>
    public string SqlType => Type switch
    {
        NpgsqlDbType.Text => "text",
        NpgsqlDbType.Boolean => "boolean",
        NpgsqlDbType.Bytea => "bytea",
        NpgsqlDbType.Bigint => "bigint",
        NpgsqlDbType.TimestampTz => "timestamptz",
        _ => throw new InvalidOperationException($"No column for queries is sent as {Type}."),
    };

    /// <summary>What to send for the rows of a batch; null stands for a row whose columns stay empty.</summary>
    public abstract NpgsqlParameter Collect(IReadOnlyList<object?> rows);
}

internal sealed record QueryColumn<TRow, TValue>(string Name, NpgsqlDbType Type, string Expression, Func<TRow, TValue> Read)
    : QueryColumn(Name, Type, Expression)
    where TRow : class
{
    public override NpgsqlParameter Collect(IReadOnlyList<object?> rows)
    {
        var values = new TValue?[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = rows[i] is TRow row ? Read(row) : default;
        }

        return new NpgsqlParameter<TValue?[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | Type };
    }
}
