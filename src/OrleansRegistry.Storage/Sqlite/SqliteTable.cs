using System.Collections.Concurrent;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>
/// The statements that write the records of a kind. Their parameters are <see cref="Values"/>: tenant, id, long id, expected version, version,
/// document, fields, then the columns.
/// </summary>
internal sealed class SqliteTable
{
    /// <summary>The place of the expected version in <see cref="Values"/>.</summary>
    public const int ExpectedVersion = 3;

    private const int Fixed = 7;

    private static readonly ConcurrentDictionary<RecordKind, SqliteTable> All = new();

    private readonly RecordKind kind;
    private readonly List<Column> columns = [];

    private SqliteTable(RecordKind kind)
    {
        this.kind = kind;
        for (var i = 0; i < kind.Columns.Count; i++)
        {
            Add(kind.Columns[i], i);
        }

        var names = columns.Select(column => column.Name).ToArray();
        var all = names.Select((name, i) => (name, value: $"${Fixed + 1 + i}")).ToArray();
        var quick = all.Where((_, i) => !columns[i].IsIndexed).ToArray();
        var same = all.Where((_, i) => columns[i].IsIndexed).Select(column => $" AND {column.name} IS {column.value}").ToArray();
        const string Key = "id = $2 AND tenant = $1";
        Insert = $"INSERT INTO {kind.Table} (tenant, id, long_id, version, document, fields{List(names)}) "
            + $"VALUES ($1, $2, $3, $5, $6, $7{List(all.Select(column => column.value))}) ON CONFLICT (id, tenant) DO NOTHING";
        Update = $"UPDATE {kind.Table} SET version = $5, document = $6, fields = $7{Assign(all)} WHERE {Key} AND version = $4";
        UpdateInPlace = same.Length == 0
            ? null
            : $"UPDATE {kind.Table} SET version = $5, document = $6, fields = $7{Assign(quick)} WHERE {Key} AND version = $4{string.Concat(same)}";
        Delete = $"DELETE FROM {kind.Table} WHERE {Key} AND version = $3";
        Version = $"SELECT version FROM {kind.Table} WHERE {Key}";
        Read = $"SELECT version, document, fields FROM {kind.Table} WHERE {Key}";
    }

    public string Insert { get; }

    public string Update { get; }

    /// <summary>
    /// The update of a record whose indexed columns stay as they are, which touches no index; changes nothing where they do not. Null where the kind
    /// has none.
    /// </summary>
    public string? UpdateInPlace { get; }

    /// <summary>With tenant, id and expected version.</summary>
    public string Delete { get; }

    /// <summary>With tenant and id.</summary>
    public string Version { get; }

    /// <summary>With tenant and id.</summary>
    public string Read { get; }

    public static SqliteTable Of(RecordKind kind) => All.GetOrAdd(kind, static kind => new SqliteTable(kind));

    /// <summary>What <see cref="Insert"/> and the updates take.</summary>
    public object?[] Values(PendingWrite write, long version)
    {
        var values = new object?[Fixed + columns.Count];
        var body = write.Body!.Value;
        (values[0], values[1], values[2]) = write.KeyColumns;
        values[ExpectedVersion] = write.ExpectedVersion;
        values[4] = version;
        values[5] = body.Document.Utf8;
        values[6] = body.Fields.Utf8;
        for (var i = 0; i < columns.Count; i++)
        {
            values[Fixed + i] = columns[i].Read(write.Columns);
        }

        return values;
    }

    private void Add(RecordColumn column, int place)
    {
        if (column.Type == ColumnType.Json)
        {
            // SQLite reads it from the fields when it is asked for.
            return;
        }

        var order = kind.Orders.FirstOrDefault(order => order.Column == column);
        var isIndexed = kind.Groups.Contains(column) || kind.Due.Contains(column) || kind.Lane?.Column == column || column.Type == ColumnType.Flag
            || kind.Unique.Any(unique => unique.Contains(column)) || order is { Second: null };
        columns.Add(new Column(column.Name, isIndexed, values => values?[place] ?? (column.Type == ColumnType.Flag ? false : null)));
        if (order?.Second is { } second)
        {
            columns.Add(new Column(second, IsIndexed: true, values => values?[place] is DateTime time ? ListSql.SecondOf(time) : null));
        }
    }

    private static string List(IEnumerable<string> items) => string.Concat(items.Select(item => $", {item}"));

    private static string Assign(IEnumerable<(string Name, string Value)> columns) =>
        string.Concat(columns.Select(column => $", {column.Name} = {column.Value}"));

    private sealed record Column(string Name, bool IsIndexed, Func<object?[]?, object?> Read);
}
