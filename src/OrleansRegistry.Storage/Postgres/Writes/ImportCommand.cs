using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// The statements that store a batch of another store's records, judged by what is here when they run: one transaction, and nothing that a second run
/// after a lost answer would change.
/// </summary>
internal static class ImportCommand
{
    private static readonly ConcurrentDictionary<RecordTable, string> Statements = new();

    private static readonly (string Name, string SqlType)[] Sent =
    [
        ("tenant", "text"), ("id", "text"), ("long_id", "text"), ("revision", "bigint"), ("document", "bytea"), ("fields", "bytea"),
    ];

    /// <summary>What becomes of a sent row <c>s</c>, by the row <c>t</c> that is here: the numbers of <see cref="ImportResult"/>.</summary>
    private static readonly string Judgement = $"""
        CASE
            WHEN s.document IS NULL THEN CASE WHEN t.version IS NULL THEN {Code(ImportResult.Same)} WHEN $2 THEN {Code(ImportResult.Deleted)}
                ELSE {Code(ImportResult.Kept)} END
            WHEN t.version IS NULL THEN {Code(ImportResult.Created)}
            WHEN t.document = s.document AND t.fields IS NOT DISTINCT FROM s.fields THEN {Code(ImportResult.Same)}
            WHEN $2 THEN {Code(ImportResult.Replaced)}
            ELSE {Code(ImportResult.Kept)}
        END
        """;

    private static readonly string Acts =
        $"result IN ({Code(ImportResult.Created)}, {Code(ImportResult.Replaced)}, {Code(ImportResult.Deleted)})";

    /// <summary>Null for a record that somebody changed at the same time: it is to be judged again.</summary>
    public static async Task<ImportedRecord?[]> ExecuteAsync(
        NpgsqlConnection connection, IReadOnlyList<PendingWrite> writes, bool replace, CancellationToken cancellationToken)
    {
        var table = RecordTable.Of(writes[0].Kind);
        await using var batch = new NpgsqlBatch(connection);
        var import = new NpgsqlBatchCommand(Statements.GetOrAdd(table, static table => table.Kind.HasFeed ? FeedStatement(table) : Statement(table)))
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = table.Counter },
                new NpgsqlParameter<bool> { TypedValue = replace },
                Array(NpgsqlDbType.Text, writes, write => write.KeyColumns.Tenant),
                Array(NpgsqlDbType.Text, writes, write => write.KeyColumns.Id),
                Array(NpgsqlDbType.Text, writes, write => write.KeyColumns.LongId),
                Array(NpgsqlDbType.Bigint, writes, write => write.Import!.Version),
                Array(NpgsqlDbType.Bytea, writes, write => write.Body?.Document.Utf8),
                Array(NpgsqlDbType.Bytea, writes, write => write.Body?.Fields.Utf8),
            },
        };
        object?[]?[] rows = [.. writes.Select(write => write.WithoutColumns ? null : write.Columns)];
        foreach (var column in table.Columns)
        {
            import.Parameters.Add(column.Collect(rows));
        }

        if (table.Kind.HasFeed)
        {
            // By a statement of its own, so that the next one sees all that was committed before the lock was had.
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT FROM registry_revision WHERE kind = $1 FOR UPDATE")
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = table.Counter } },
            });
        }

        batch.BatchCommands.Add(import);
        if (table.Kind.HasFeed)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT pg_notify($2, value || ' import') FROM registry_revision WHERE kind = $1")
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = table.Counter },
                    new NpgsqlParameter<string> { TypedValue = table.Channel },
                },
            });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (table.Kind.HasFeed)
        {
            await reader.NextResultAsync(cancellationToken);
        }

        var imported = new ImportedRecord?[writes.Count];
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.GetBoolean(3))
            {
                imported[reader.GetInt64(0) - 1] = new ImportedRecord((ImportResult)reader.GetInt32(1), reader.GetInt64(2));
            }
        }

        await reader.NextResultAsync(cancellationToken);
        return imported;
    }

    /// <summary>
    /// Of a kind with a feed: the counter is locked, and with it all records. The n-th that is written gets its own revision, or the one after its
    /// predecessor's where that is greater.
    /// </summary>
    private static string FeedStatement(RecordTable table) => $"""
        WITH base AS MATERIALIZED (
            SELECT value FROM registry_revision WHERE kind = $1
        ), i AS MATERIALIZED (
            SELECT s.*, coalesce(t.version, 0) AS stored,
                CASE WHEN s.document IS NULL AND t.version IS NULL AND s.revision > base.value THEN {Code(ImportResult.Deleted)} ELSE {Judgement} END
                    AS result
            FROM base, {Unnest(table)} LEFT JOIN {table.Name} AS t ON t.tenant = s.tenant AND t.id = s.id AND t.document IS NOT NULL
        ), numbered AS MATERIALIZED (
            SELECT i.*, row_number() OVER (ORDER BY place) AS n FROM i WHERE {Acts}
        ), acting AS MATERIALIZED (
            SELECT w.*, n + greatest(base.value, max(w.revision - n) OVER (ORDER BY n)) AS version FROM base, numbered AS w
        ), written AS (
            INSERT INTO {table.Name} (tenant, id, long_id, document, fields, version, deleted_at)
            SELECT tenant, id, long_id, document, fields, version, CASE WHEN document IS NULL THEN now() END FROM acting
            ON CONFLICT (tenant, id) DO UPDATE
            SET document = excluded.document, fields = excluded.fields, version = excluded.version, deleted_at = excluded.deleted_at
        ), logged AS (
            INSERT INTO {table.ChangeLog} (revision, tenants, ids)
            SELECT max(version), array_agg(tenant ORDER BY n), array_agg(id ORDER BY n) FROM acting HAVING count(*) > 0
        ), counted AS (
            UPDATE registry_revision SET value = newest.version FROM (SELECT max(version) AS version FROM acting) AS newest
            WHERE kind = $1 AND newest.version IS NOT NULL
        )
        SELECT i.place, i.result, coalesce(acting.version, i.stored), false FROM i LEFT JOIN acting USING (place)
        """;

    private static string Statement(RecordTable table)
    {
        (string Name, string Value)[] changed =
        [
            ("version", "i.version"), ("document", "i.document"), ("fields", "i.fields"),
            .. table.Columns.Select(column => (column.Name, column.Expression)),
        ];
        (string Name, string Value)[] written = [("tenant", "i.tenant"), ("id", "i.id"), ("long_id", "i.long_id"), .. changed];
        const string Same = "t.tenant = i.tenant AND t.id = i.id AND t.version = i.stored";
        return $"""
            WITH base AS MATERIALIZED (
                SELECT nextval('record_version') AS first, $1::text AS kind
            ), i AS MATERIALIZED (
                SELECT s.*, coalesce(t.version, 0) AS stored, base.first + s.place - 1 AS version, {Judgement} AS result
                FROM base, {Unnest(table)} LEFT JOIN {table.Name} AS t ON t.tenant = s.tenant AND t.id = s.id
            ), inserted AS (
                INSERT INTO {table.Name} ({string.Join(", ", written.Select(column => column.Name))})
                SELECT {string.Join(", ", written.Select(column => column.Value))} FROM i WHERE result = {Code(ImportResult.Created)}
                ON CONFLICT (tenant, id) DO NOTHING RETURNING version - (SELECT first FROM base) + 1 AS place
            ), updated AS (
                UPDATE {table.Name} AS t SET {string.Join(", ", changed.Select(column => $"{column.Name} = {column.Value}"))}
                FROM i WHERE result = {Code(ImportResult.Replaced)} AND {Same} RETURNING i.place
            ), deleted AS (
                DELETE FROM {table.Name} AS t USING i WHERE result = {Code(ImportResult.Deleted)} AND {Same} RETURNING i.place
            ), done AS MATERIALIZED (
                SELECT place FROM inserted UNION ALL SELECT place FROM updated UNION ALL SELECT place FROM deleted
            )
            SELECT i.place, i.result, CASE WHEN {Acts} THEN i.version ELSE i.stored END, {Acts} AND done.place IS NULL
            FROM i LEFT JOIN done USING (place)
            """;
    }

    private static string Unnest(RecordTable table)
    {
        var sent = Sent.Concat(table.Columns.Select(column => (column.Name, column.SqlType))).ToArray();
        return $"unnest({string.Join(", ", sent.Select((column, place) => $"${place + 3}::{column.SqlType}[]"))}) WITH ORDINALITY AS s "
            + $"({string.Join(", ", sent.Select(column => column.Name))}, place)";
    }

    private static string Code(ImportResult result) => $"{(int)result}";

    private static NpgsqlParameter<T[]> Array<T>(NpgsqlDbType type, IReadOnlyList<PendingWrite> writes, Func<PendingWrite, T> read) =>
        new() { TypedValue = [.. writes.Select(read)], NpgsqlDbType = NpgsqlDbType.Array | type };
}
