using System.Text;

namespace OrleansRegistry.Storage;

/// <summary>Prints the migration that makes the tables of a kind, from its declaration.</summary>
public static class KindSchema
{
    /// <summary>For <c>sql/postgres</c>.</summary>
    public static string Postgres(RecordKind kind) => new PostgresSchema().Print(kind);

    /// <summary>For <c>sql/sqlite</c>.</summary>
    public static string Sqlite(RecordKind kind) => new SqliteSchema().Print(kind);

    /// <summary>The name of an index for lists.</summary>
    private static string IndexName(RecordKind kind, string column) => $"{kind.Table}_{column}";

    private abstract class Schema
    {
        protected abstract string Bytes { get; }

        protected abstract string Whole { get; }

        protected abstract string Time { get; }

        protected virtual string Text => "text";

        protected abstract string Column(RecordColumn column);

        protected abstract string Second(RecordOrder order);

        protected virtual string Options(RecordKind kind) => "";

        protected virtual IEnumerable<string> After(RecordKind kind) => [];

        public string Print(RecordKind kind)
        {
            var columns = new List<string>
            {
                $"tenant {Text} NOT NULL",
                $"id {Text} NOT NULL",
                $"long_id {Text}",
                $"version {Whole} NOT NULL",
            };
            columns.AddRange(Body(kind));
            foreach (var column in kind.Columns)
            {
                columns.Add(Column(column));
                columns.AddRange(kind.Orders.Where(order => order.Column == column && order.Second is not null).Select(Second));
            }

            columns.Add("PRIMARY KEY (id, tenant)");
            var sql = new StringBuilder();
            sql.Append($"CREATE TABLE {kind.Table} (\n    {string.Join(",\n    ", columns)}\n){Options(kind)};\n");
            foreach (var statement in Indexes(kind).Concat(After(kind)))
            {
                sql.Append($"\n{statement};");
            }

            return sql.Append('\n').ToString();
        }

        protected virtual IEnumerable<string> Body(RecordKind kind) => [$"document {Bytes} NOT NULL", $"fields {Bytes} NOT NULL"];

        protected virtual IEnumerable<string> Indexes(RecordKind kind)
        {
            foreach (var order in kind.Orders)
            {
                var suffix = order == kind.Orders[0] ? "" : $"_by_{order.Column}";
                var end = (kind.Lane is { } lane ? $"{lane.Column}, " : "") + (order.Second ?? order.Column.Name);
                foreach (var column in kind.Groups)
                {
                    var only = column.IsRequired ? "" : $" WHERE {column} IS NOT NULL";
                    yield return $"CREATE INDEX {IndexName(kind, column.Name)}{suffix} ON {kind.Table} ({column}, tenant, {end}){only}";
                }

                foreach (var flag in kind.Columns.Where(column => column.Type == ColumnType.Flag))
                {
                    var group = kind.Groups.Count > 0 ? $"{kind.Groups[^1]}, " : "";
                    yield return $"CREATE INDEX {IndexName(kind, flag.Name)}{suffix} ON {kind.Table} ({group}tenant, {end}) WHERE {flag}";
                }

                yield return $"CREATE INDEX {IndexName(kind, kind.Lane?.Column.Name ?? order.Column.Name)}{suffix} ON {kind.Table} ({end})";
            }

            foreach (var due in kind.Due)
            {
                yield return $"CREATE INDEX {IndexName(kind, due.Name)} ON {kind.Table} ({due}) WHERE {due} IS NOT NULL";
            }

            foreach (var unique in kind.Unique)
            {
                yield return $"CREATE UNIQUE INDEX {IndexName(kind, string.Join('_', unique))}_unique ON {kind.Table} (tenant, "
                    + $"{string.Join(", ", unique)})";
            }
        }
    }

    private sealed class PostgresSchema : Schema
    {
        protected override string Bytes => "bytea";

        protected override string Whole => "bigint";

        protected override string Time => "timestamptz";

        protected override string Text => "text COLLATE \"C\"";

        protected override string Column(RecordColumn column) => column.Type switch
        {
            ColumnType.Text => $"{column} {Text}",
            ColumnType.Time => $"{column} {Time}",
            ColumnType.Number => $"{column} bigint",
            ColumnType.Flag => $"{column} boolean NOT NULL",
            _ => $"{column} jsonb",
        };

        protected override string Second(RecordOrder order) =>
            $"{order.Second} timestamptz GENERATED ALWAYS AS (date_bin('1 second', {order.Column}, '0001-01-01 00:00:00Z')) STORED";

        protected override IEnumerable<string> Body(RecordKind kind) => kind.HasFeed
            ? ["document bytea", "fields bytea", "deleted_at timestamptz"]
            : base.Body(kind);

        protected override string Options(RecordKind kind) =>
            kind.IsBulk ? "" : $" WITH (toast_tuple_target = 8160, fillfactor = {(kind.HasFeed ? 60 : 70)})";

        protected override IEnumerable<string> Indexes(RecordKind kind)
        {
            foreach (var index in base.Indexes(kind))
            {
                yield return index;
            }

            foreach (var json in kind.Columns.Where(column => column.Type == ColumnType.Json))
            {
                yield return $"CREATE INDEX {IndexName(kind, json.Name)} ON {kind.Table} USING gin ({json} jsonb_path_ops) WITH "
                    + "(gin_pending_list_limit = 512) "
                    + $"WHERE {json} IS NOT NULL";
            }
        }

        protected override IEnumerable<string> After(RecordKind kind)
        {
            if (!kind.IsBulk)
            {
                // Heads are small and change often: compressing them costs more than their bytes.
                yield return $"ALTER TABLE {kind.Table} ALTER document SET STORAGE EXTERNAL";
                yield return $"ALTER TABLE {kind.Table} ALTER fields SET STORAGE EXTERNAL";
            }

            if (kind.HasFeed)
            {
                yield return $"CREATE INDEX {kind.Table}_deleted ON {kind.Table} (deleted_at) WHERE deleted_at IS NOT NULL";
                yield return $"CREATE TABLE {kind.Name}_changes (\n    revision bigint PRIMARY KEY,\n    tenants text[] COLLATE \"C\" NOT NULL,\n    "
                    + "ids text[] COLLATE \"C\" NOT NULL,\n    at timestamptz NOT NULL DEFAULT now()\n)";
                yield return $"INSERT INTO registry_revision (kind, value) VALUES ('{kind.Name}', 0)";
            }
        }
    }

    private sealed class SqliteSchema : Schema
    {
        protected override string Bytes => "blob";

        protected override string Whole => "integer";

        protected override string Time => "text";

        protected override string Column(RecordColumn column) => column.Type switch
        {
            ColumnType.Text or ColumnType.Time => $"{column} text",
            ColumnType.Number => $"{column} integer",
            ColumnType.Flag => $"{column} integer NOT NULL",
            _ => $"{column} text AS (CASE WHEN json_valid(CAST(fields AS text)) THEN json_extract(CAST(fields AS text), '$.{column}') END)",
        };

        protected override string Second(RecordOrder order) => $"{order.Second} text";
    }
}
