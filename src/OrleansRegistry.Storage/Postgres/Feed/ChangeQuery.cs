using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Reads what changed after a revision: which records the log of commits tells, and of each what is in the table now, so its newest change only. One
/// query, one picture: never a part of what is there, as a record that changed after that part would be missing from it.
/// </summary>
internal static class ChangeQuery
{
    private const int MaxChanges = 65_536;
    private const long MaxBytes = 256L * 1024 * 1024;

    /// <param name="Changes">Oldest first; of too many, some.</param>
    /// <param name="At">When the commit of the last one began.</param>
    /// <param name="TooMany">Where there are too many at once: the revision after which there are not.</param>
    /// <param name="Found">Read after the changes: deletions that went meanwhile are then known to be missing.</param>
    public readonly record struct Answer(List<RecordChange> Changes, DateTime? At, long? TooMany, FoundHistory Found);

    /// <param name="tables">Those of which the history is asked for, each with the commit to ask for; see <see cref="FoundHistory"/>.</param>
    public static Task<Answer> ReadAsync(
        PostgresDatabase database,
        RecordTable table,
        long after,
        IReadOnlyList<RecordTable> tables,
        FeedMark[] marks,
        CancellationToken cancellationToken) =>
        database.RunAsync((connection, token) => ReadAsync(connection, table, after, tables, marks, token), cancellationToken);

    private static async Task<Answer> ReadAsync(
        NpgsqlConnection connection,
        RecordTable table,
        long after,
        IReadOnlyList<RecordTable> tables,
        FeedMark[] marks,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                // A row beyond the newest commit was put there by hand: it does not move the feed.
                new NpgsqlBatchCommand(
                    $"""
                    SELECT {RecordColumns.Names}, newest_at
                    FROM (SELECT revision AS newest, at AS newest_at FROM {table.ChangeLog} ORDER BY revision DESC LIMIT 1) AS last,
                    (
                        SELECT DISTINCT key.* FROM {table.ChangeLog} AS log, unnest(log.tenants, log.ids) AS key (tenant, id) WHERE log.revision > $1
                    ) AS changed
                    JOIN {table.Name} USING (tenant, id)
                    WHERE version > $1 AND version <= newest ORDER BY version DESC LIMIT {MaxChanges + 1}
                    """)
                {
                    Parameters = { new() { Value = after } },
                },
            },
        };
        FoundHistory.AddTo(batch, tables, marks);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var changes = new List<RecordChange>();
        var bytes = 0L;
        var at = (DateTime?)null;
        var tooMany = (long?)null;
        while (tooMany is null && await reader.ReadAsync(cancellationToken))
        {
            var change = RecordColumns.Read(reader);
            at ??= reader.GetDateTime(5);
            bytes += change.Body is { } body ? body.Document.Length + body.Fields.Length : 0;
            if (changes.Count == MaxChanges || (bytes > MaxBytes && changes.Count > 0))
            {
                tooMany = change.Revision;
            }
            else
            {
                changes.Add(change);
            }
        }

        await reader.NextResultAsync(cancellationToken);
        changes.Reverse();
        return new Answer(changes, at, tooMany, await FoundHistory.ReadAsync(reader, tables.Count, cancellationToken));
    }
}
