using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// The least that can store agents in the registry's own table and its indexes, in batches: one upsert from unnest for all that wait,
/// on two connections. It knows no versions, no tombstones and no feed.
/// </summary>
internal sealed class BareUpsert : IAsyncDisposable
{
    private const int MaxBatch = 1000;

    private readonly Channel<(string Id, byte[] Card, TaskCompletionSource Done)> waiting = Channel
        .CreateUnbounded<(string, byte[], TaskCompletionSource)>();
    private readonly NpgsqlDataSource source;
    private readonly Task[] writers;

    private BareUpsert(NpgsqlDataSource source)
    {
        this.source = source;
        writers = [Task.Run(WriteAsync), Task.Run(WriteAsync)];
    }

    public static async Task<BareUpsert> OpenAsync(string connectionString)
    {
        await using (var migrations = new PostgresMigrations(
            new PostgresStoreOptions { ConnectionString = connectionString },
            NullLogger<PostgresMigrations>.Instance))
        {
            await migrations.UpAsync();
        }

        var source = NpgsqlDataSource.Create(connectionString);
        await using var create = source.CreateCommand("CREATE SEQUENCE bare_revision CACHE 1000");
        await create.ExecuteNonQueryAsync();
        return new BareUpsert(source);
    }

    public Task PutAsync(string id, byte[] card)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Writer.TryWrite((id, card, done));
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.Complete();
        await Task.WhenAll(writers);
        await source.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO agents (tenant, id, version, document, fields)
            SELECT 'default', id, nextval('bare_revision'), document, '{}' FROM unnest($1, $2) AS new (id, document) ORDER BY id
            ON CONFLICT (tenant, id) DO UPDATE SET version = excluded.version, document = excluded.document, fields = excluded.fields
            """,
            connection);
        var ids = new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
        var documents = new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };
        command.Parameters.AddRange((NpgsqlParameter[])[ids, documents]);
        await command.PrepareAsync();
        while (await waiting.Reader.WaitToReadAsync())
        {
            // One write of an id in a statement, as an upsert cannot touch a row twice.
            var batch = new Dictionary<string, (byte[] Card, TaskCompletionSource Done)>(StringComparer.Ordinal);
            while (batch.Count < MaxBatch && waiting.Reader.TryPeek(out var next) && !batch.ContainsKey(next.Id)
                && waiting.Reader.TryRead(out var item))
            {
                if (!batch.TryAdd(item.Id, (item.Card, item.Done)))
                {
                    waiting.Writer.TryWrite(item);
                }
            }

            if (batch.Count == 0)
            {
                continue;
            }

            ids.Value = batch.Keys.ToArray();
            documents.Value = batch.Values.Select(item => item.Card).ToArray();
            await command.ExecuteNonQueryAsync();
            foreach (var (_, done) in batch.Values)
            {
                done.SetResult();
            }
        }
    }
}
