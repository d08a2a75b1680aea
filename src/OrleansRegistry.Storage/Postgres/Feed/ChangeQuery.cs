using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Reads what changed after a revision: which records the log of commits tells, and of each what is in the table now, so its newest change only. One query, one picture: never a part of
/// what is there, as a record that changed after that part would be missing from it.
/// </summary>
internal static class ChangeQuery
{
    private const int MaxChanges = 65_536;
    private const long MaxBytes = 256L * 1024 * 1024;

    /// <exception cref="RevisionCompactedException">Deletions that old are forgotten, or it is too much at once.</exception>
    public static Task<List<RecordChange>> ReadAsync(PostgresDatabase database, RecordTable table, long after, CancellationToken cancellationToken) =>
        database.RunAsync((connection, token) => ReadAsync(connection, table, after, token), cancellationToken);

    private static async Task<List<RecordChange>> ReadAsync(NpgsqlConnection connection, RecordTable table, long after, CancellationToken cancellationToken)
    {
        // The horizon is read last: deletions that go between the two are then known to be missing.
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(
                    $"""
                    SELECT {RecordColumns.Names}
                    FROM (
                        SELECT DISTINCT key.* FROM {table.ChangeLog} AS log, unnest(log.tenants, log.ids) AS key (tenant, id) WHERE log.revision > $1
                    ) AS changed
                    JOIN {table.Name} USING (tenant, id)
                    WHERE revision > $1 ORDER BY revision DESC LIMIT {MaxChanges + 1}
                    """)
                {
                    Parameters = { new() { Value = after } },
                },
                new NpgsqlBatchCommand("SELECT horizon FROM registry_revision WHERE kind = $1") { Parameters = { new() { Value = table.Counter } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var (changes, bytes) = (new List<RecordChange>(), 0L);
        while (await reader.ReadAsync(cancellationToken))
        {
            var change = RecordColumns.Read(reader);
            bytes += change.Body is { } body ? body.Document.Length + body.Fields.Length : 0;
            if (changes.Count == MaxChanges || (bytes > MaxBytes && changes.Count > 0))
            {
                throw new RevisionCompactedException(after, change.Revision);
            }

            changes.Add(change);
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var horizon = reader.GetInt64(0);
        if (after < horizon)
        {
            throw new RevisionCompactedException(after, horizon);
        }

        changes.Reverse();
        return changes;
    }
}
