using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>Up to where the feed has come: the revision of a commit, and when that began; null where its time is not known.</summary>
/// <param name="History">The number of the history that it belongs to.</param>
internal readonly record struct FeedMark(long History, long Position, DateTime? At);

/// <summary>What a process knows to be committed.</summary>
/// <param name="Batches">The number of the last batch of each writer.</param>
internal sealed record KnownHistory(FeedMark Mark, KeyValuePair<Guid, long>[] Batches);

/// <summary>A row of <c>registry_writers</c>.</summary>
/// <param name="IsRecent">It has written today: its row is not removed before half a day has passed.</param>
internal readonly record struct WriterRow(Guid Id, long Batch, bool IsRecent);

/// <summary>What a database tells of its history.</summary>
/// <param name="Revision">The newest of agents.</param>
/// <param name="Horizon">Commits up to here may be forgotten.</param>
/// <param name="At">When the newest commit began; null where it is forgotten.</param>
/// <param name="MarkAt">When the requested commit started; null when it does not exist.</param>
internal sealed record FoundHistory(long Revision, long Horizon, DateTime? At, DateTime? MarkAt, IReadOnlyList<WriterRow> Writers)
{
    /// <summary>Adds the two commands whose results <see cref="ReadAsync"/> reads.</summary>
    /// <param name="mark">The revision of the commit to ask for.</param>
    public static void AddTo(NpgsqlBatch batch, RecordTable table, long mark)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            SELECT r.value, r.horizon, newest.at, mark.at
            FROM registry_revision AS r
            LEFT JOIN {table.ChangeLog} AS newest ON newest.revision = r.value
            LEFT JOIN {table.ChangeLog} AS mark ON mark.revision = $2
            WHERE r.kind = $1
            """)
        {
            Parameters = { new() { Value = table.Counter }, new() { Value = mark } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT id, batch, at > now() - interval '12 hours' FROM registry_writers"));
    }

    /// <inheritdoc cref="AddTo"/>
    public static async Task<FoundHistory> ReadAsync(NpgsqlConnection connection, RecordTable table, long mark, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        AddTo(batch, table, mark);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    public static async Task<FoundHistory> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw CounterIsGone();
        }

        var revision = reader.GetInt64(0);
        var horizon = reader.GetInt64(1);
        var at = Time(2);
        var markAt = Time(3);
        await reader.NextResultAsync(cancellationToken);
        var writers = new List<WriterRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            writers.Add(new WriterRow(reader.GetGuid(0), reader.GetInt64(1), reader.GetBoolean(2)));
        }

        return new FoundHistory(revision, horizon, at, markAt, writers);

        DateTime? Time(int column) => reader.IsDBNull(column) ? null : reader.GetDateTime(column);
    }

    public static NpgsqlException CounterIsGone() =>
        new("its row of registry_revision is gone: is a backup being restored, or has the schema been changed by hand?");

    /// <summary>What shows that this is not the database in which that was known; null where nothing does.</summary>
    public string? Contradiction(KnownHistory known)
    {
        var (_, position, at) = known.Mark;
        if (Revision < position)
        {
            return $"its newest revision is {Revision}, and was {position}";
        }

        if (at is not null && (MarkAt is null ? Horizon < position : MarkAt != at))
        {
            return $"its revision {position} is not the one that was known";
        }

        var found = Writers.ToDictionary(writer => writer.Id, writer => writer.Batch);
        foreach (var (writer, batch) in known.Batches)
        {
            if (!found.TryGetValue(writer, out var last) || last < batch)
            {
                return $"batch {batch} of writer {writer} is not in it any more";
            }
        }

        return null;
    }
}
