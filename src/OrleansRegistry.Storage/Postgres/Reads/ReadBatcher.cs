using Npgsql;
using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Makes one query of all reads that wait; while it runs, the next ones gather. Answers are held whole, so what one query takes is bounded,
/// in records and in bytes: what is over is left to the next.
/// </summary>
/// <param name="maxBatch">The most records of a query.</param>
internal sealed class ReadBatcher(PostgresDatabase database, GroupCommit writes, int maxBatch = ReadBatcher.MaxBatch)
{
    /// <summary>The most pages of a query: each may have a megabyte and more.</summary>
    public const int MaxBulk = 16;

    private const int Loops = 2;
    private const int MaxBatch = 512;
    private const int MaxWaiting = 16_384;
    private const long MaxBytes = 16 * 1024 * 1024;

    private readonly ReadQueue queue = new(MaxWaiting, maxBatch);
    private Task running = Task.CompletedTask;

    /// <summary>How many reads wait.</summary>
    public int Waiting => queue.Count;

    /// <param name="name">What the loop is called in <paramref name="background"/>.</param>
    public void Start(BackgroundLoops background, string name) => running = Task.WhenAll(
        Enumerable.Range(0, Loops).Select(_ => Task.Run(() => background.RunAsync(name, _ => RoundAsync(), CancellationToken.None))));

    /// <exception cref="RegistryException">Too many wait, or the store is stopping.</exception>
    public Task<StoredRecord?> ReadAsync(RecordTable table, RecordKey key, CancellationToken cancellationToken)
    {
        var read = new PendingRead(table, key, cancellationToken);
        queue.Enqueue(read);
        return read.Answer;
    }

    /// <summary>Takes no more reads, and completes when those that wait are answered.</summary>
    public Task CompleteAsync()
    {
        queue.Complete();
        return running;
    }

    private async Task<bool> RoundAsync()
    {
        var batch = new List<PendingRead>();
        try
        {
            if (!await queue.TakeAsync(batch))
            {
                return false;
            }

            foreach (var ofTable in batch.GroupBy(read => read.Table))
            {
                await AnswerAsync(ofTable.Key, [.. ofTable]);
            }

            return true;
        }
        catch (Exception bug)
        {
            batch.ForEach(read => read.Fail(database.Translate(bug)));
            throw;
        }
    }

    private async Task AnswerAsync(RecordTable table, PendingRead[] reads)
    {
        for (var left = reads; left.Length > 0;)
        {
            try
            {
                left = await database.RunRawAsync((connection, token) => TryQueryAsync(connection, table, left, token), CancellationToken.None);
            }
            catch (PostgresException refused) when (PostgresFaults.IsOfData(refused) && left.Length > 1)
            {
                await AnswerAsync(table, left[..(left.Length / 2)]);
                left = left[(left.Length / 2)..];
            }
#pragma warning disable CA1031 // Its callers see it; the loop serves the next.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                var refusal = Explain(fault, left[0]);
                Array.ForEach(left, read => read.Fail(
                    new RegistryException(refusal.Error, refusal.Message, refusal.Field, fault) { RetryAfter = refusal.RetryAfter }));
                return;
            }
        }
    }

    private RegistryException Explain(Exception fault, PendingRead first) => fault switch
    {
        PostgresException refused when PostgresFaults.IsOfData(refused) => new RegistryException(
            RegistryError.Invalid, $"{first.Table.Kind} '{first.Key.Id}' of tenant '{first.Key.Tenant}' "
                + $"is refused by the {PostgresDatabase.Name} ({refused.SqlState})."),
        RegistryException refusal => refusal,
        _ => database.Translate(fault),
    };

    private async Task<PendingRead[]> TryQueryAsync(
        NpgsqlConnection connection,
        RecordTable table,
        PendingRead[] reads,
        CancellationToken cancellationToken)
    {
        try
        {
            return await QueryAsync(connection, table, reads, cancellationToken);
        }
        catch (PostgresException refused) when (PostgresFaults.IsOfData(refused))
        {
            // Where a value is refused while its statement is prepared, Npgsql loses track of that statement.
            connection.UnprepareAll();
            throw;
        }
    }

    /// <returns>Those for which there was no room in the answer.</returns>
    private async Task<PendingRead[]> QueryAsync(
        NpgsqlConnection connection,
        RecordTable table,
        PendingRead[] reads,
        CancellationToken cancellationToken)
    {
        await writes.SettleAsync(connection, cancellationToken);

        // The sizes are known without their documents, which are sent only as far as there is room. The first one is sent regardless of its size.
        await using var command = new NpgsqlCommand(
            $"""
            SELECT place::int, version, fits, CASE WHEN fits THEN document END, CASE WHEN fits THEN fields END
            FROM (
                SELECT i.place, a.version, a.document, a.fields,
                       row_number() OVER w = 1 OR sum(octet_length(a.document) + coalesce(octet_length(a.fields), 0)) OVER w <= $3 AS fits
                FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS i (tenant, id, place)
                JOIN {table.Name} AS a ON a.tenant = i.tenant AND a.id = i.id AND a.document IS NOT NULL
                WINDOW w AS (ORDER BY i.place)
            ) AS sized
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(reads, read => read.KeyColumns.Tenant), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = Array.ConvertAll(reads, read => read.KeyColumns.Id), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = MaxBytes },
            },
        };
        var found = new StoredRecord?[reads.Length];
        var left = new List<PendingRead>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var read = reads[reader.GetInt32(0) - 1];
            if (reader.GetBoolean(2))
            {
                found[reader.GetInt32(0) - 1] = new StoredRecord(read.Key, reader.GetInt64(1), RecordColumns.Body(reader, 3)!.Value);
            }
            else
            {
                left.Add(read);
            }
        }

        foreach (var (read, record) in reads.Zip(found).ExceptBy(left, answered => answered.First))
        {
            read.Succeed(record);
        }

        return [.. left];
    }
}
