using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// The two statements that commit a batch, sent together as one transaction: the first locks the writer's row and the counter, so that
/// the second sees all that was committed before it.
/// </summary>
internal static class BatchCommand
{
    private const string Lock =
        "SELECT FROM registry_writers w, registry_revision r WHERE w.id = $1 AND NOT w.closed AND r.kind = $2 FOR UPDATE";

    private static readonly ConcurrentDictionary<string, string> Statements = new(StringComparer.Ordinal);

    private static readonly (string Name, string SqlType)[] Sent =
        [("tenant", "text"), ("id", "text"), ("long_id", "text"), ("expected", "bigint"), ("document", "bytea"), ("fields", "bytea")];

    /// <summary>Commits the batch; null where the writer is no longer registered, and nothing was written.</summary>
    public static async Task<BatchOutcome?> ExecuteAsync(NpgsqlConnection connection, Guid writer, long number, IReadOnlyList<PendingWrite> writes)
    {
        var table = writes[0].Table;
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(Lock) { Parameters = { Of(writer), Of(table.Counter) } },
                Apply(table, writer, number, writes),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync();
        return await reader.NextResultAsync() && await reader.ReadAsync() ? BatchOutcome.Read(reader) : null;
    }

    private static NpgsqlBatchCommand Apply(RecordTable table, Guid writer, long number, IReadOnlyList<PendingWrite> writes)
    {
        var command = new NpgsqlBatchCommand(Statements.GetOrAdd(table.Name, static (_, described) => Statement(described), table))
        {
            Parameters =
            {
                Of(writer), Of(table.Counter), Of(number), Of(table.Channel),
                Array(NpgsqlDbType.Text, writes, write => write.KeyColumns.Tenant),
                Array(NpgsqlDbType.Text, writes, write => write.KeyColumns.Id),
                Array(NpgsqlDbType.Text, writes, write => write.KeyColumns.LongId),
                Array(NpgsqlDbType.Bigint, writes, write => write.ExpectedVersion),
                Array(NpgsqlDbType.Bytea, writes, write => write.Body?.Document.Utf8),
                Array(NpgsqlDbType.Bytea, writes, write => write.Body?.Fields.Utf8),
            },
        };
        var rows = writes.Select(write => write.WithoutColumns ? null : write.Columns).ToArray();
        foreach (var column in table.Columns)
        {
            command.Parameters.Add(column.Collect(rows));
        }

        return command;
    }

    private static string Statement(RecordTable table)
    {
        var sent = Sent.Concat(table.Columns.Select(column => (column.Name, column.SqlType))).ToArray();
        var arrays = string.Join(", ", sent.Select((column, place) => $"${place + 5}::{column.SqlType}[]"));
        var names = string.Join(", ", sent.Select(column => column.Name));
        (string Name, string Value)[] changes =
        [
            ("document", "i.document"),
            ("fields", "i.fields"),
            .. table.Columns.Select(column => (column.Name, column.Expression)),
            ("revision", "base.value + i.place - CASE WHEN j.lost IS NULL THEN 0 ELSE (SELECT count(*) FROM unnest(j.lost) AS l (place) WHERE l.place < i.place) END"),
            ("deleted_at", "CASE WHEN i.document IS NULL THEN now() END"),
        ];
        return $"""
            WITH base AS MATERIALIZED (
                SELECT r.value FROM registry_writers w, registry_revision r WHERE w.id = $1 AND NOT w.closed AND r.kind = $2
            ), judged AS MATERIALIZED (
                SELECT i.*, a.ctid AS spot, coalesce(a.revision, 0) AS found,
                       coalesce(a.revision, 0) = i.expected AND (i.document IS NOT NULL OR a.revision IS NOT NULL) AS holds
                FROM unnest({arrays}) WITH ORDINALITY AS i ({names}, place)
                LEFT JOIN LATERAL (
                    SELECT ctid, revision FROM {table.Name} WHERE tenant = i.tenant AND id = i.id AND document IS NOT NULL LIMIT 1
                ) AS a ON true
            ), judgement AS MATERIALIZED (
                SELECT count(*) FILTER (WHERE holds) AS held,
                       array_agg(tenant) FILTER (WHERE holds) AS tenants,
                       array_agg(id) FILTER (WHERE holds) AS ids,
                       array_agg(place::int ORDER BY place) FILTER (WHERE NOT holds) AS lost,
                       array_agg(found ORDER BY place) FILTER (WHERE NOT holds) AS stored
                FROM judged
            ), updated AS (
                UPDATE {table.Name} AS a SET {string.Join(", ", changes.Select(change => $"{change.Name} = {change.Value}"))}
                FROM judged AS i, base, judgement AS j WHERE i.holds AND a.ctid = i.spot RETURNING 1
            ), inserted AS (
                INSERT INTO {table.Name} (tenant, id, long_id, {string.Join(", ", changes.Select(change => change.Name))})
                SELECT i.tenant, i.id, i.long_id, {string.Join(", ", changes.Select(change => change.Value))}
                FROM judged AS i, base, judgement AS j WHERE i.holds AND i.spot IS NULL
                ON CONFLICT (tenant, id) DO UPDATE SET {string.Join(", ", changes.Select(change => $"{change.Name} = excluded.{change.Name}"))} RETURNING 1
            ), logged AS (
                INSERT INTO {table.ChangeLog} (revision, tenants, ids)
                SELECT base.value + judgement.held, judgement.tenants, judgement.ids FROM base, judgement WHERE judgement.held > 0
            ), counted AS (
                UPDATE registry_revision AS r SET value = base.value + judgement.held FROM base, judgement WHERE r.kind = $2 AND judgement.held > 0
            )
            UPDATE registry_writers AS w
            SET batch = $3, at = now(), first_revision = base.value + 1, lost = judgement.lost, stored = judgement.stored
            FROM base, judgement
            WHERE w.id = $1 AND registry_demand((SELECT count(*) FROM updated) + (SELECT count(*) FROM inserted), judgement.held)
            RETURNING w.first_revision, w.lost, w.stored,
                CASE WHEN judgement.held > 0 THEN pg_notify($4, (base.value + judgement.held)::text || ' ' || w.id) END
            """;
    }

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter<T[]> Array<T>(NpgsqlDbType type, IReadOnlyList<PendingWrite> writes, Func<PendingWrite, T> read)
    {
        var values = new T[writes.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = read(writes[i]);
        }

        return new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
