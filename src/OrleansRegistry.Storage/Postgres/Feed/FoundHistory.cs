using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>Up to where the feed has come: the revision of a commit, and when that began; null where its time is not known.</summary>
/// <param name="History">The number of the history that it belongs to.</param>
internal readonly record struct FeedMark(long History, long Position, DateTime? At);

/// <summary>What a process knows to be committed.</summary>
/// <param name="Number">The history that it belongs to.</param>
/// <param name="Marks">Of each kind with a feed.</param>
/// <param name="Batches">The number of the last batch of each writer.</param>
internal sealed record KnownHistory(long Number, FeedMark[] Marks, KeyValuePair<Guid, long>[] Batches);

/// <summary>A row of <c>registry_writers</c>.</summary>
/// <param name="IsRecent">It has written today: its row is not removed before half a day has passed.</param>
internal readonly record struct WriterRow(Guid Id, long Batch, bool IsRecent);

/// <summary>What a database tells of one kind.</summary>
/// <param name="Revision">The newest.</param>
/// <param name="Horizon">Commits up to here may be forgotten.</param>
/// <param name="At">When the newest commit began; null where it is forgotten.</param>
/// <param name="MarkAt">When the requested commit started; null when it does not exist.</param>
internal readonly record struct FoundKind(long Revision, long Horizon, DateTime? At, DateTime? MarkAt);

/// <summary>What a database tells of its history.</summary>
/// <param name="Kinds">Of each kind with a feed, in the order in which they were asked for.</param>
internal sealed record FoundHistory(FoundKind[] Kinds, IReadOnlyList<WriterRow> Writers)
{
    /// <summary>Adds the two commands whose results <see cref="ReadAsync"/> reads.</summary>
    /// <param name="marks">Of each table the revision of the commit to ask for.</param>
    public static void AddTo(NpgsqlBatch batch, IReadOnlyList<RecordTable> tables, FeedMark[] marks)
    {
        var kinds = new NpgsqlBatchCommand(string.Join(" UNION ALL ", tables.Select((table, place) =>
            $"""
            SELECT {place} AS place, r.value, r.horizon, newest.at, mark.at
            FROM registry_revision AS r
            LEFT JOIN {table.ChangeLog} AS newest ON newest.revision = r.value
            LEFT JOIN {table.ChangeLog} AS mark ON mark.revision = ${2 * place + 2}
            WHERE r.kind = ${2 * place + 1}
            """)) + " ORDER BY place");
        for (var place = 0; place < tables.Count; place++)
        {
            kinds.Parameters.Add(new() { Value = tables[place].Counter });
            kinds.Parameters.Add(new() { Value = marks[place].Position });
        }

        batch.BatchCommands.Add(kinds);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT id, batch, at > now() - interval '12 hours' FROM registry_writers"));
    }

    /// <inheritdoc cref="AddTo"/>
    public static async Task<FoundHistory> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<RecordTable> tables, FeedMark[] marks, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        AddTo(batch, tables, marks);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, tables.Count, cancellationToken);
    }

    public static async Task<FoundHistory> ReadAsync(NpgsqlDataReader reader, int count, CancellationToken cancellationToken)
    {
        var kinds = new List<FoundKind>(count);
        while (await reader.ReadAsync(cancellationToken))
        {
            kinds.Add(new FoundKind(reader.GetInt64(1), reader.GetInt64(2), Time(3), Time(4)));
        }

        if (kinds.Count != count)
        {
            throw CounterIsGone();
        }

        await reader.NextResultAsync(cancellationToken);
        var writers = new List<WriterRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            writers.Add(new WriterRow(reader.GetGuid(0), reader.GetInt64(1), reader.GetBoolean(2)));
        }

        return new FoundHistory([.. kinds], writers);

        DateTime? Time(int column) => reader.IsDBNull(column) ? null : reader.GetDateTime(column);
    }

    public static NpgsqlException CounterIsGone() =>
        new("its row of registry_revision is gone: is a backup being restored, or has the schema been changed by hand?");

    /// <summary>What shows that this is not the database in which that was known; null where nothing does.</summary>
    public string? Contradiction(KnownHistory known)
    {
        for (var place = 0; place < Kinds.Length; place++)
        {
            var (revision, horizon, _, markAt) = Kinds[place];
            var (_, position, at) = known.Marks[place];
            if (revision < position)
            {
                return $"its newest revision is {revision}, and was {position}";
            }

            if (at is not null && (markAt is null ? horizon < position : markAt != at))
            {
                return $"its revision {position} is not the one that was known";
            }
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
