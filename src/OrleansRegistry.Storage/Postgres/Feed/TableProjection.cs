using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Fills the table of a <see cref="RecordProjection"/>, moments after the commits. One process at a time does it, for at most a tenth of the time; of
/// a record that changes often it takes the newest version.
/// </summary>
internal sealed class TableProjection(PostgresDatabase database, PostgresFeed feed, RecordProjection projection, TimeProvider time)
{
    /// <summary>About how many records one transaction takes.</summary>
    private const int Step = 2_000;

    private const int RestPerWork = 9;

    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);

    private readonly RecordTable table = feed.Table;
    private readonly string upsert = UpsertStatement(feed.Table, projection);
    private long done = -1;

    /// <summary>Fills some of it where there is news, and rests. Called by one loop.</summary>
    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        var seen = feed.Stamp;
        var started = time.GetTimestamp();
        var rest = ShortestRest;
        if (seen != done)
        {
            done = await StepAsync(cancellationToken) ? done : seen;
            rest = time.GetElapsedTime(started) * RestPerWork;
        }

        await Task.Delay(new TimeSpan(Math.Clamp(rest.Ticks, ShortestRest.Ticks, LongestRest.Ticks)), time, cancellationToken);
    }

    /// <summary>Takes in the oldest commits that it has not.</summary>
    /// <returns>False when there are none left.</returns>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (position, newest) = await PositionAsync(connection, cancellationToken);
        if (position is null || position == newest)
        {
            // Whose turn it is when another process has the row is seen the next time.
            return position is null;
        }

        var (changes, revision) = await ChangedAsync(connection, position.Value, cancellationToken);
        await DeleteAsync(connection, changes, cancellationToken);
        await WriteAsync(connection, transaction, changes.Where(change => change.Body is not null).ToArray(), cancellationToken);
        await using (var move = new NpgsqlCommand("UPDATE registry_projections SET revision = $1 WHERE kind = $2", connection)
        {
            Parameters = { new() { Value = revision }, new() { Value = table.Counter } },
        })
        {
            await move.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private async Task<(long? Position, long Newest)> PositionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT p.revision, coalesce((SELECT max(revision) FROM {table.ChangeLog}), p.revision)
            FROM registry_projections AS p WHERE p.kind = $1 FOR UPDATE SKIP LOCKED
            """,
            connection)
        {
            Parameters = { new() { Value = table.Counter } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1)) : (null, 0);
    }

    /// <summary>
    /// The records of the oldest commits after <paramref name="position"/>, as they are now, and the revision of the last of those commits.
    /// </summary>
    private async Task<(List<RecordChange> Changes, long Revision)> ChangedAsync(
        NpgsqlConnection connection, long position, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH next AS MATERIALIZED (
                SELECT revision, tenants, ids, sum(cardinality(ids)) OVER (ORDER BY revision) - cardinality(ids) AS before
                FROM (SELECT * FROM {table.ChangeLog} WHERE revision > $1 ORDER BY revision LIMIT {Step}) AS log
            )
            SELECT changed.tenant, changed.id, coalesce(a.version, 0), a.document, a.fields, (SELECT max(revision) FROM next WHERE before < {Step})
            FROM (SELECT DISTINCT key.* FROM next, unnest(tenants, ids) AS key (tenant, id) WHERE before < {Step}) AS changed
            LEFT JOIN {table.Name} AS a USING (tenant, id)
            """,
            connection)
        {
            Parameters = { new() { Value = position } },
        };
        var changes = new List<RecordChange>();
        var revision = position;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // The key as its columns are: nothing here needs it decoded.
            changes.Add(new RecordChange(new RecordKey(reader.GetString(0), reader.GetString(1)), reader.GetInt64(2), RecordColumns.Body(reader, 3)));
            revision = reader.GetInt64(5);
        }

        return (changes, revision);
    }

    private async Task DeleteAsync(NpgsqlConnection connection, List<RecordChange> changes, CancellationToken cancellationToken)
    {
        var gone = changes.FindAll(change => change.Body is null);
        if (gone.Count > 0)
        {
            await using var command = new NpgsqlCommand(
                $"DELETE FROM {projection.Table} AS p USING unnest($1::text[], $2::text[]) AS i (tenant, id) "
                    + "WHERE p.tenant = i.tenant AND p.id = i.id", connection)
            {
                Parameters = { Texts(gone.ConvertAll(change => change.Key.Tenant)), Texts(gone.ConvertAll(change => change.Key.Id)) },
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Writes them together; where the server refuses one, by halves, and that one without columns.</summary>
    private async Task WriteAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        ArraySegment<RecordChange> changes,
        CancellationToken cancellationToken,
        bool empty = false)
    {
        if (changes.Count == 0)
        {
            return;
        }

        await transaction.SaveAsync("chunk", cancellationToken);
        try
        {
            await UpsertAsync(connection, changes, empty, cancellationToken);
            await transaction.ReleaseAsync("chunk", cancellationToken);
            return;
        }
        catch (PostgresException refused) when (PostgresFaults.IsOfData(refused) && !empty)
        {
            await transaction.RollbackAsync("chunk", cancellationToken);
            if (changes.Count == 1)
            {
                database.LogColumnsLeftEmpty(table.Kind, changes[0].Key, refused);
            }
        }

        if (changes.Count == 1)
        {
            await WriteAsync(connection, transaction, changes, cancellationToken, empty: true);
            return;
        }

        await WriteAsync(connection, transaction, changes[..(changes.Count / 2)], cancellationToken);
        await WriteAsync(connection, transaction, changes[(changes.Count / 2)..], cancellationToken);
    }

    private async Task UpsertAsync(NpgsqlConnection connection, ArraySegment<RecordChange> changes, bool empty, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(upsert, connection)
        {
            Parameters =
            {
                Texts(changes.Select(change => change.Key.Tenant)),
                Texts(changes.Select(change => change.Key.Id)),
                new NpgsqlParameter<long[]>
                {
                    TypedValue = [.. changes.Select(change => change.Revision)],
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
                },
            },
        };
        var rows = changes.Select(change => empty ? null : projection.Read(change.Body!.Value)).ToArray();
        command.Parameters.Add(Array(rows, NpgsqlDbType.Boolean, row => row is not null));
        for (var i = 0; i < projection.Columns.Count; i++)
        {
            command.Parameters.Add(Collect(rows, i));
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A record that has changed since it was read is left: a later commit brings it again.</summary>
    private static string UpsertStatement(RecordTable table, RecordProjection projection)
    {
        var columns = projection.Columns;
        var names = columns.Select(column => column.Name).Prepend(projection.Document).ToArray();
        var arrays = columns.Select(column => SqlType(column.Type)).Prepend("boolean").Select((type, place) => $"${place + 4}::{type}[]");
        var values = columns.Select(
            column => column.Type == ProjectedType.Texts ? $@"string_to_array(i.{column.Name}, E'\x1f')" : $"i.{column.Name}");
        return $"""
            INSERT INTO {projection.Table} (tenant, id, revision, {string.Join(", ", names)})
            SELECT i.tenant, i.id, i.revision, CASE WHEN i.{projection.Document} THEN registry_jsonb(a.document) END, {string.Join(", ", values)}
            FROM unnest($1::text[], $2::text[], $3::bigint[], {string.Join(", ", arrays)}) AS i (tenant, id, revision, {string.Join(", ", names)})
            JOIN {table.Name} AS a ON a.tenant = i.tenant AND a.id = i.id AND a.version = i.revision
            ON CONFLICT (tenant, id) DO UPDATE SET
                revision = excluded.revision, {string.Join(", ", names.Select(name => $"{name} = excluded.{name}"))}
            """;
    }

    private static string SqlType(ProjectedType type) => type switch
    {
        ProjectedType.Time => "timestamptz",
        ProjectedType.Flag => "boolean",
        _ => "text",
    };

    private NpgsqlParameter Collect(IReadOnlyList<object?>?[] rows, int place) => projection.Columns[place].Type switch
    {
        ProjectedType.Time => Array(rows, NpgsqlDbType.TimestampTz, row => (row?[place] as DateTimeOffset?)?.UtcDateTime),
        ProjectedType.Flag => Array(rows, NpgsqlDbType.Boolean, row => row?[place] as bool?),
        ProjectedType.Texts => Array(rows, NpgsqlDbType.Text, row => row?[place] is IEnumerable<string> texts ? ColumnText.Join(texts) : null),
        _ => Array(rows, NpgsqlDbType.Text, row => row?[place] is string text ? ColumnText.Clean(text) : null),
    };

    private static NpgsqlParameter<T[]> Array<T>(IReadOnlyList<object?>?[] rows, NpgsqlDbType type, Func<IReadOnlyList<object?>?, T> read) =>
        new() { TypedValue = System.Array.ConvertAll(rows, row => read(row)), NpgsqlDbType = NpgsqlDbType.Array | type };

    private static NpgsqlParameter<string[]> Texts(IEnumerable<string> values) =>
        new() { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
