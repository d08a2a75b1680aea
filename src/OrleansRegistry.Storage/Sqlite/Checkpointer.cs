namespace OrleansRegistry.Storage.Sqlite;

/// <summary>
/// Moves what the write-ahead log holds into the database, beside the writer, on a connection of its own. The writer waits only for the last of it,
/// which lets the log start over.
/// </summary>
internal sealed class Checkpointer(SqliteDatabase database, long everyBytes) : IAsyncDisposable
{
    /// <summary>A changed row rewrites about two pages.</summary>
    private const int OverheadBytes = 4096;

    private readonly SemaphoreSlim turns = new(1);
    private readonly SemaphoreSlim due = new(0);
    private readonly CancellationTokenSource ending = new();
    private Task running = Task.CompletedTask;
    private long written;

    public void Start(BackgroundLoops loops) =>
        running = Task.Run(
            () => loops.RunAsync("the moving of the write-ahead log into the database", RoundAsync, ending.Token),
            CancellationToken.None);

    /// <summary>The writer's turn; dispose it when the batch is committed.</summary>
    public IDisposable TakeTurn()
    {
        turns.Wait();
        return new Turn(turns);
    }

    /// <summary>The writer has committed about so many bytes, in its turn.</summary>
    public void Written(long bytes)
    {
        var before = written;
        written += bytes + OverheadBytes;
        if (written >= everyBytes && before < everyBytes)
        {
            due.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await running;
        ending.Dispose();
        due.Dispose();
        turns.Dispose();
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        await due.WaitAsync(cancellationToken);
        try
        {
            using var session = database.OpenSession();
            session.Script("PRAGMA wal_checkpoint(PASSIVE)");
            using (new Turn(await TakeTurnAsync(cancellationToken)))
            {
                // Where a reader still uses the log, it goes on growing until the next time.
                session.Script("PRAGMA busy_timeout = 0");
                session.Script("PRAGMA wal_checkpoint(RESTART)");
                written = 0;
            }
        }
        catch
        {
            // It is still due, and the writer asks for it only once.
            due.Release();
            throw;
        }
    }

    private async Task<SemaphoreSlim> TakeTurnAsync(CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        return turns;
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
