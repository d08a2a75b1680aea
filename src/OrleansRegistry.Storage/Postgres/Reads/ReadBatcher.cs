using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>Makes one query of all reads that wait; while it runs, the next ones gather.</summary>
internal sealed class ReadBatcher(PostgresDatabase database, GroupCommit writes)
{
    private const int Loops = 2;
    private const int MaxBatch = 512;

    private readonly Channel<PendingRead> queue = Channel.CreateUnbounded<PendingRead>();
    private Task running = Task.CompletedTask;

    public void Start() => running = Task.WhenAll(Enumerable.Range(0, Loops).Select(_ => Task.Run(RunAsync)));

    public Task<StoredRecord?> ReadAsync(RecordTable table, RecordKey key)
    {
        var read = new PendingRead(table, key);
        return queue.Writer.TryWrite(read) ? read.Answer : throw RecordRules.Stopping(database.Description);
    }

    /// <summary>Takes no more reads, and completes when those that wait are answered.</summary>
    public Task CompleteAsync()
    {
        queue.Writer.TryComplete();
        return running;
    }

    private async Task RunAsync()
    {
        var batch = new List<PendingRead>();
        while (await queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatch && queue.Reader.TryRead(out var read))
            {
                batch.Add(read);
            }

            foreach (var ofTable in batch.GroupBy(read => read.Table))
            {
                await AnswerAsync(ofTable.Key, [.. ofTable]);
            }

            batch.Clear();
        }
    }

    private async Task AnswerAsync(RecordTable table, PendingRead[] reads)
    {
        try
        {
            var found = await database.RunAsync((connection, token) => QueryAsync(connection, table, reads, token), CancellationToken.None);
            for (var i = 0; i < reads.Length; i++)
            {
                reads[i].Succeed(found[i]);
            }
        }
#pragma warning disable CA1031 // Its callers see it; the loop serves the next.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            foreach (var read in reads)
            {
                read.Fail(fault is RegistryException refusal
                    ? new RegistryException(refusal.Error, refusal.Message, refusal.Field, refusal) { RetryAfter = refusal.RetryAfter }
                    : new RegistryException(RegistryError.Unavailable, $"The {database.Description} failed while reading: {fault.Message}", innerException: fault));
            }
        }
    }

    private async Task<StoredRecord?[]> QueryAsync(NpgsqlConnection connection, RecordTable table, PendingRead[] reads, CancellationToken cancellationToken)
    {
        await writes.SettleAsync(connection, cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            SELECT i.place::int, a.{table.VersionColumn}, a.document, a.fields
            FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS i (tenant, id, place)
            JOIN {table.Name} AS a ON a.tenant = i.tenant AND a.id = i.id AND a.document IS NOT NULL
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(reads, read => read.KeyColumns.Tenant), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = Array.ConvertAll(reads, read => read.KeyColumns.Id), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        };
        var found = new StoredRecord?[reads.Length];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var place = reader.GetInt32(0) - 1;
            found[place] = new StoredRecord(reads[place].Key, reader.GetInt64(1), RecordColumns.Body(reader, 2)!.Value);
        }

        return found;
    }
}
