using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// The statement that commits a batch of a kind with a feed, all of it or nothing: it takes for granted that every write holds, and counts
/// what it changed. Where some do not hold, they are looked for, and the others are committed without them.
/// </summary>
internal static class BatchCommand
{
    private static readonly ConcurrentDictionary<RecordTable, string> Statements = new();

    /// <summary>
    /// Commits the batch; null where the writer is no longer registered, or its last batch is not <paramref name="last"/>, and nothing was written.
    /// </summary>
    public static async Task<BatchOutcome?> ExecuteAsync(
        NpgsqlConnection connection,
        Guid writer,
        long last,
        long number,
        IReadOnlyList<PendingWrite> writes)
    {
        var lost = new SortedDictionary<int, long>();
        while (lost.Count < writes.Count)
        {
            try
            {
                return await CommitAsync(connection, writer, last, number, [.. writes.Where((_, i) => !lost.ContainsKey(i + 1))], lost);
            }
            catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.SerializationFailure)
            {
                var known = lost.Count;
                await JudgeAsync(connection, writes, lost);
                if (lost.Count == known)
                {
                    throw;
                }
            }
        }

        return new BatchOutcome(0, [.. lost.Keys], [.. lost.Values], At: null);
    }

    private static async Task<BatchOutcome?> CommitAsync(
        NpgsqlConnection connection, Guid writer, long last, long number, PendingWrite[] writes, SortedDictionary<int, long> lost)
    {
        var table = RecordTable.Of(writes[0].Kind);
        await using var command = new NpgsqlCommand(Statements.GetOrAdd(table, CommitStatement), connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = writer },
                new NpgsqlParameter<string> { TypedValue = table.Counter },
                new NpgsqlParameter<long> { TypedValue = number },
                new NpgsqlParameter<string> { TypedValue = table.Channel },
                Array(NpgsqlDbType.Text, writes, write => write.KeyColumns.Tenant),
                Array(NpgsqlDbType.Text, writes, write => write.KeyColumns.Id),
                Array(NpgsqlDbType.Text, writes, write => write.KeyColumns.LongId),
                Array(NpgsqlDbType.Bigint, writes, write => write.ExpectedVersion),
                Array(NpgsqlDbType.Bytea, writes, write => write.Body?.Document.Utf8),
                Array(NpgsqlDbType.Bytea, writes, write => write.Body?.Fields.Utf8),
                new NpgsqlParameter<int[]> { TypedValue = [.. lost.Keys] },
                new NpgsqlParameter<long[]> { TypedValue = [.. lost.Values] },
                new NpgsqlParameter<long> { TypedValue = last },
            },
        };
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? BatchOutcome.Read(reader) : null;
    }

    /// <summary>Adds the places and the stored versions of those that do not hold.</summary>
    private static async Task JudgeAsync(NpgsqlConnection connection, IReadOnlyList<PendingWrite> writes, SortedDictionary<int, long> lost)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT i.place::int, coalesce(a.version, 0)
            FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS i (tenant, id, place)
            LEFT JOIN {writes[0].Kind.Table} AS a ON a.tenant = i.tenant AND a.id = i.id AND a.document IS NOT NULL
            """,
            connection)
        {
            Parameters =
            {
                Array(NpgsqlDbType.Text, writes, write => write.KeyColumns.Tenant),
                Array(NpgsqlDbType.Text, writes, write => write.KeyColumns.Id),
            },
        };
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var place = reader.GetInt32(0);
            var stored = reader.GetInt64(1);
            var write = writes[place - 1];
            if (stored != write.ExpectedVersion || (stored == 0 && write.Body is null))
            {
                lost.TryAdd(place, stored);
            }
        }
    }

    /// <summary>
    /// The writer's row is locked before the counter, and the counter before any record. A record that somebody changed while the statement
    /// waited for the counter is judged as it is then. What is sent is unpacked for changes and for new records, each only where there is one.
    /// </summary>
    private static string CommitStatement(RecordTable table)
    {
        const string Sent = "unnest($5::text[], $6::text[], $7::text[], $8::bigint[], $9::bytea[], $10::bytea[]) WITH ORDINALITY AS i (tenant, id, "
            + "long_id, expected, document, fields, place)";
        return $"""
            WITH open AS MATERIALIZED (
                SELECT FROM registry_writers WHERE id = $1 AND NOT closed AND batch = $13 FOR UPDATE
            ), base AS MATERIALIZED (
                SELECT r.value, r.value + cardinality($5) AS last FROM registry_revision AS r, open WHERE r.kind = $2 FOR UPDATE OF r
            ), changed AS (
                UPDATE {table.Name} AS a
                SET document = i.document, fields = i.fields, version = base.value + i.place, deleted_at = CASE WHEN i.document IS NULL THEN now() END
                FROM base, {Sent}
                WHERE 0 < ANY ($8) AND a.tenant = i.tenant AND a.id = i.id AND a.version = i.expected AND a.document IS NOT NULL
                RETURNING 1
            ), created AS (
                INSERT INTO {table.Name} AS a (tenant, id, long_id, document, fields, version)
                SELECT i.tenant, i.id, i.long_id, i.document, i.fields, base.value + i.place
                FROM base, {Sent}
                WHERE 0 = ANY ($8) AND i.expected = 0 AND i.document IS NOT NULL
                ON CONFLICT (tenant, id) DO UPDATE
                SET document = excluded.document, fields = excluded.fields, version = excluded.version, deleted_at = NULL
                WHERE a.document IS NULL
                RETURNING 1
            ), logged AS (
                INSERT INTO {table.ChangeLog} (revision, tenants, ids) SELECT last, $5, $6 FROM base
            ), counted AS (
                UPDATE registry_revision AS r SET value = base.last FROM base WHERE r.kind = $2
            )
            UPDATE registry_writers AS w
            SET batch = $3, at = now(), first_revision = base.value + 1, lost = $11, stored = $12
            FROM base
            WHERE w.id = $1 AND registry_demand((SELECT count(*) FROM changed) + (SELECT count(*) FROM created), cardinality($5))
            RETURNING {BatchOutcome.Columns}, pg_notify($4, base.last::text || ' ' || w.id)
            """;
    }

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
