using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// The least that can keep agents in SQLite as durably: a table with the registry's columns, one writer that commits what waits in batches of 256,
/// `synchronous=FULL`. It compares no versions, and knows no feed.
/// </summary>
internal sealed class BareSqlite : IAsyncDisposable
{
    private const int MaxBatch = 256;

    private readonly Channel<(string Id, byte[] Card, long Version, TaskCompletionSource Done)> waiting =
        Channel.CreateUnbounded<(string, byte[], long, TaskCompletionSource)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly string folder;
    private readonly SqliteConnection connection;
    private readonly Task writer;
    private long version;

    private BareSqlite(string folder, SqliteConnection connection)
    {
        this.folder = folder;
        this.connection = connection;
        writer = Task.Run(WriteAsync);
    }

    public static async Task<BareSqlite> OpenAsync()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("registry-benchmark-").FullName;
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "bare.db")};Pooling=false");
        await connection.OpenAsync();
        Execute(
            connection,
            "PRAGMA page_size = 2048; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; "
            + "CREATE TABLE agents (tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, document blob NOT NULL, fields blob NOT NULL, "
            + "PRIMARY KEY (id, tenant))");
        return new BareSqlite(folder, connection);
    }

    public Task PutAsync(string id, byte[] card)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Writer.TryWrite((id, card, Interlocked.Increment(ref version), done));
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.Complete();
        await writer;
        await connection.DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);
    }

    private async Task WriteAsync()
    {
        await using var upsert = connection.CreateCommand();
        upsert.CommandText =
            "INSERT INTO agents (tenant, id, version, document, fields) VALUES ('default', $id, $version, $document, $fields) "
            + "ON CONFLICT (id, tenant) DO UPDATE SET version = excluded.version, document = excluded.document, fields = excluded.fields";
        var id = upsert.Parameters.Add("$id", SqliteType.Text);
        var number = upsert.Parameters.Add("$version", SqliteType.Integer);
        var document = upsert.Parameters.Add("$document", SqliteType.Blob);
        upsert.Parameters
            .AddWithValue("$fields", """{"enabled":true,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}"""u8.ToArray());
        await using var begin = Command("BEGIN IMMEDIATE");
        await using var commit = Command("COMMIT");
        var batch = new List<TaskCompletionSource>(MaxBatch);
        while (await waiting.Reader.WaitToReadAsync())
        {
            begin.ExecuteNonQuery();
            while (batch.Count < MaxBatch && waiting.Reader.TryRead(out var write))
            {
                id.Value = write.Id;
                number.Value = write.Version;
                document.Value = write.Card;
                upsert.ExecuteNonQuery();
                batch.Add(write.Done);
            }

            commit.ExecuteNonQuery();
            batch.ForEach(done => done.SetResult());
            batch.Clear();
        }
    }

    private SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
