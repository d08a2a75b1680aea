using Npgsql;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>Reads share queries, within bounds.</summary>
public sealed class ReadBatcherTests : IAsyncLifetime
{
    private const int Pages = 1_000;

    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();

    [Fact]
    public async Task A_thousand_pages_of_a_megabyte_are_never_in_memory_together()
    {
        await using var store = await Database.OpenAsync();
        await Database.ExecuteAsync(
            "ALTER TABLE record_pages ALTER document SET STORAGE EXTERNAL; "
            + "INSERT INTO record_pages (tenant, id, version, document, fields) SELECT 'acme', 'p' || n, n, "
            + "convert_to('\"' || repeat('x', 1048574) || '\"', 'UTF8'), '' FROM generate_series(1, 20) n");
        GC.Collect();
        var (before, peak, read) = (GC.GetTotalMemory(forceFullCollection: true), 0L, 0);
        var reads = Enumerable.Range(0, Pages).Select(async i =>
        {
            var page = await store.ReadAsync(PageKind.Kind, Records.Key($"p{(i % 20) + 1}"));
            Assert.Equal(1 << 20, page!.Body.Document.Length);
            page = null;
            if (Interlocked.Increment(ref read) % 50 == 0)
            {
                InterlockedMax(ref peak, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        });
        await Task.WhenAll(reads);
        Assert.Equal(Pages, read);
        Assert.InRange(peak, 0, 250L << 20);
    }

    [Fact]
    public async Task What_is_too_much_for_one_answer_comes_with_the_next()
    {
        await using var store = await Database.OpenAsync();
        await Database.ExecuteAsync(
            "INSERT INTO record_pages (tenant, id, version, document, fields) SELECT 'acme', 'p' || n, n, "
                + "convert_to('\"' || repeat('x', 9000000) || '\"', 'UTF8'), '' FROM generate_series(1, 4) n");
        var pages = await Task.WhenAll(Enumerable.Range(1, 5).Select(i => store.ReadAsync(PageKind.Kind, Records.Key($"p{i}")).AsTask()));
        Assert.Equal([1, 2, 3, 4, null], pages.Select(page => page?.Version));
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_queue_and_heads_do_not_wait_behind_pages()
    {
        await using var store = await Database.OpenAsync();
        await store.WriteAsync(TaskKind.Kind, Records.Key("t"), 0, Records.Body("t"));
        await using var locking = new NpgsqlConnection(Database.Settings.ConnectionString);
        await locking.OpenAsync();
        await using var transaction = await locking.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE record_pages", locking))
        {
            await command.ExecuteNonQueryAsync();
        }

        using var patience = new CancellationTokenSource();
        var pages = Enumerable.Range(0, 500).Select(i => store.ReadAsync(PageKind.Kind, Records.Key($"p{i}"), patience.Token).AsTask()).ToArray();
        Assert.NotNull(await store.ReadAsync(TaskKind.Kind, Records.Key("t")));

        var queue = store.ReadsOf(PageKind.Kind);
        Assert.InRange(queue.Waiting, 400, 500);
        await patience.CancelAsync();
        Assert.Equal(0, queue.Waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(pages));
        await transaction.RollbackAsync();
    }

    [Fact]
    public async Task A_queue_that_is_full_is_busy()
    {
        await using var store = new PostgresStore(
            Database.Options(),
            Kinds.All,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<PostgresStore>.Instance);
        var queue = store.ReadsOf(PageKind.Kind);
        RegistryException? refusal = null;
        for (var i = 0; refusal is null && i < 100_000; i++)
        {
            try
            {
                _ = queue.ReadAsync(RecordTable.Of(PageKind.Kind), Records.Key("p"), CancellationToken.None);
            }
            catch (RegistryException refused)
            {
                refusal = refused;
            }
        }

        Assert.Equal(RegistryError.Busy, refusal?.Error);
        Assert.NotNull(refusal?.RetryAfter);
    }

    private static void InterlockedMax(ref long target, long value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
