using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// The statement that commits a batch of records without revisions. Batches on their way at once do not wait for one another, unless they
/// write the same record: each row is locked by its own change, which then judges the newest version of it.
/// </summary>
internal static class VersionBatchCommand
{
    private static readonly ConcurrentDictionary<string, string> Statements = new(StringComparer.Ordinal);

    private static readonly (string Name, string SqlType)[] Sent =
        [("tenant", "text"), ("id", "text"), ("long_id", "text"), ("expected", "bigint"), ("document", "bytea"), ("fields", "bytea")];

    /// <inheritdoc cref="BatchCommand.ExecuteAsync"/>
    public static async Task<BatchOutcome?> ExecuteAsync(
        NpgsqlConnection connection,
        Guid writer,
        long last,
        long number,
        IReadOnlyList<PendingWrite> writes)
    {
        var table = RecordTable.Of(writes[0].Kind);
        var order = OrderOf(writes);
        await using var command = new NpgsqlCommand(Statements.GetOrAdd(table.Name, static (_, described) => Statement(described), table), connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = writer },
                new NpgsqlParameter<long> { TypedValue = number },
                Array(NpgsqlDbType.Integer, order, place => place + 1),
                Array(NpgsqlDbType.Text, order, place => writes[place].KeyColumns.Tenant),
                Array(NpgsqlDbType.Text, order, place => writes[place].KeyColumns.Id),
                Array(NpgsqlDbType.Text, order, place => writes[place].KeyColumns.LongId),
                Array(NpgsqlDbType.Bigint, order, place => writes[place].ExpectedVersion),
                Array(NpgsqlDbType.Bytea, order, place => writes[place].Body?.Document.Utf8),
                Array(NpgsqlDbType.Bytea, order, place => writes[place].Body?.Fields.Utf8),
            },
        };
        var rows = System.Array.ConvertAll(order, place => writes[place].WithoutColumns ? null : writes[place].Columns);
        foreach (var column in table.Columns)
        {
            command.Parameters.Add(column.Collect(rows));
        }

        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last });

        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? BatchOutcome.Read(reader) : null;
    }

    /// <summary>
    /// The places of the writes in the order of their keys: who locks rows in one order does not meet another who holds what he wants.
    /// </summary>
    private static int[] OrderOf(IReadOnlyList<PendingWrite> writes)
    {
        var order = Enumerable.Range(0, writes.Count).ToArray();
        System.Array.Sort(order, (one, other) => KeyOrder.Compare(writes[one].Key, writes[other].Key));
        return order;
    }

    private static string Statement(RecordTable table)
    {
        var sent = Sent.Concat(table.Columns.Select(column => (column.Name, column.SqlType))).ToArray();
        var arrays = string.Join(", ", sent.Select((column, place) => $"${place + 4}::{column.SqlType}[]"));
        var names = string.Join(", ", sent.Select(column => column.Name));
        (string Name, string Value)[] changed =
        [
            ("version", "i.version"), ("document", "i.document"), ("fields", "i.fields"),
            .. table.Columns.Select(column => (column.Name, column.Expression)),
        ];
        (string Name, string Value)[] written = [("tenant", "i.tenant"), ("id", "i.id"), ("long_id", "i.long_id"), .. changed];
        const string Same = "t.tenant = i.tenant AND t.id = i.id AND t.version = i.expected AND i.expected > 0";
        return $"""
            WITH base AS MATERIALIZED (
                SELECT nextval('record_version') AS first
                FROM (SELECT FROM registry_writers WHERE id = $1 AND NOT closed AND batch = ${sent.Length + 4} FOR UPDATE) AS open
            ), i AS MATERIALIZED (
                SELECT i.*, base.first + i.place - 1 AS version
                FROM base, unnest($3::int[], {arrays}) AS i (place, {names})
            ), updated AS (
                UPDATE {table.Name} AS t SET {string.Join(", ", changed.Select(column => $"{column.Name} = {column.Value}"))}
                FROM i WHERE i.document IS NOT NULL AND {Same} RETURNING i.place
            ), inserted AS (
                INSERT INTO {table.Name} ({string.Join(", ", written.Select(column => column.Name))})
                SELECT {string.Join(", ", written.Select(column => column.Value))} FROM i WHERE i.document IS NOT NULL AND i.expected = 0
                ON CONFLICT (tenant, id) DO NOTHING RETURNING (version - (SELECT first FROM base) + 1)::int AS place
            ), deleted AS (
                DELETE FROM {table.Name} AS t USING i WHERE i.document IS NULL AND {Same} RETURNING i.place
            ), lost AS MATERIALIZED (
                SELECT place FROM i
                EXCEPT ALL (SELECT place FROM updated UNION ALL SELECT place FROM inserted UNION ALL SELECT place FROM deleted)
            ), judgement AS MATERIALIZED (
                SELECT array_agg(lost.place ORDER BY lost.place) AS places, array_agg(coalesce(t.version, 0) ORDER BY lost.place) AS stored
                FROM lost JOIN i USING (place)
                LEFT JOIN LATERAL (SELECT version FROM {table.Name} WHERE tenant = i.tenant AND id = i.id LIMIT 1) AS t ON true
            )
            UPDATE registry_writers AS w SET batch = $2, at = now(), first_revision = base.first, lost = judgement.places, stored = judgement.stored
            FROM base, judgement WHERE w.id = $1
            RETURNING {BatchOutcome.Columns}
            """;
    }

    private static NpgsqlParameter<T[]> Array<T>(NpgsqlDbType type, int[] order, Func<int, T> read) =>
        new() { TypedValue = System.Array.ConvertAll(order, place => read(place)), NpgsqlDbType = NpgsqlDbType.Array | type };
}
