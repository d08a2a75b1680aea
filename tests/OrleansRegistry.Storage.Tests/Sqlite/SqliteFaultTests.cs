using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using SQLitePCL;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Sqlite;

/// <summary>A disk that fails: callers are told, and what was acknowledged is there.</summary>
public sealed class SqliteFaultTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly LogCapture<SqliteStore> log = new();
    private SqliteStore store = null!;

    public async ValueTask InitializeAsync()
    {
        store = TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["data"], CheckpointBytes = 64 * 1024 }, log);
        await store.OpenAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_full_disk_refuses_what_has_no_room_and_the_store_goes_on()
    {
        await store.PutAsync("a", 0, "1");
        var pages = store.Database.Writer.Scalar("PRAGMA page_count");
        store.Database.Writer.Script($"PRAGMA max_page_count = {(long)pages! + 20}");
        var stored = new HashSet<string>(StringComparer.Ordinal);
        var refused = 0;
        for (var i = 0; i < 200; i++)
        {
            try
            {
                await store.PutAsync($"b{i}", 0, new string('x', 2_000));
                stored.Add($"b{i}");
            }
            catch (RegistryException full)
            {
                Assert.Equal(RegistryError.StorageFull, full.Error);
                Assert.Contains("Nothing was stored", full.Message);
                refused++;
            }
        }

        Assert.True(stored.Count > 0 && refused > 0);
        Assert.Equal(Body("1"), (await store.GetAsync("a"))!.Body);
        Assert.Null(store.WritesStopped);
        Assert.Equal(
            stored.Append("a").ToHashSet(StringComparer.Ordinal),
            (await store.AllAsync()).Keys.Select(key => key.Id).ToHashSet(StringComparer.Ordinal));

        store.Database.Writer.Script("PRAGMA max_page_count = 1073741823");
        Assert.Equal(stored.Count + 2, await store.PutAsync("c", 0, "1"));
        var feed = await store.ChangesAsync(0);
        Assert.Equal(Enumerable.Range(1, stored.Count + 2).Select(i => (long)i), feed.Select(change => change.Revision));
    }

    [Fact]
    public async Task A_checkpoint_that_failed_is_made_up_for_without_another_write()
    {
        await store.PutAsync("a", 0, "1");
        var file = Path.Combine(folder["data"], "registry.db");
        var before = new FileInfo(file).Length;
        File.Move(file, $"{file}-away");
        for (var i = 0; i < 40; i++)
        {
            await store.PutAsync($"b{i}", 0, new string('x', 4_000));
        }

        await Eventually.TrueAsync(
            () => log.Entries.Any(entry => entry.Message.Contains("the moving of the write-ahead log", StringComparison.Ordinal)),
            "the checkpoint to fail");
        File.Move($"{file}-away", file);
        await Eventually.TrueAsync(() => new FileInfo(file).Length > before + 100_000, "the checkpoint that was due");
    }

    [Fact]
    public async Task A_file_that_becomes_read_only_refuses_writes_and_is_still_read()
    {
        await store.PutAsync("a", 0, "1");
        store.Database.Writer.Script("PRAGMA query_only = 1");
        var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("b", 0, "1"));
        Assert.Equal(RegistryError.Unavailable, refusal.Error);
        Assert.Contains("read-only", refusal.Message);
        Assert.NotNull(await store.GetAsync("a"));

        store.Database.Writer.Script("PRAGMA query_only = 0");
        Assert.Equal(2, await store.PutAsync("b", 0, "1"));
        Assert.Contains(
            log.Entries,
            entry => entry.Level == LogLevel.Error && entry.Message.Contains("a batch of 1 writes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_holds_the_file_is_waited_for_and_then_told_of()
    {
        await using var other = new SqliteConnection($"Data Source={folder["data/registry.db"]};Pooling=false");
        await other.OpenAsync();
        await using var command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();
        var waiting = store.PutAsync("a", 0, "1").AsTask();
        Assert.Null(await store.GetAsync("a"));
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => waiting);
        Assert.Contains("locked by another program", refusal.Message);

        command.CommandText = "ROLLBACK";
        await command.ExecuteNonQueryAsync();
        Assert.Equal(1, await store.PutAsync("a", 0, "1"));
    }

    [Fact]
    public async Task A_damaged_page_stops_writes_once_it_is_met_and_says_so()
    {
        for (var i = 0; i < 300; i++)
        {
            await store.PutAsync($"a{i}", 0, new string('x', 900));
        }

        await store.DisposeAsync();
        var path = folder["data/registry.db"];
        var bytes = await File.ReadAllBytesAsync(path);
        Array.Fill(bytes, (byte)0xA5, bytes.Length / 2, bytes.Length / 4);
        await File.WriteAllBytesAsync(path, bytes);
        store = TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["data"], CheckAtStart = false }, log);
        await store.OpenAsync(CancellationToken.None);

        var refusals = new List<string>();
        for (var i = 0; i < 300 && store.WritesStopped is null; i++)
        {
            try
            {
                await store.PutAsync($"a{i}", i + 1, "2");
            }
            catch (Exception refusal) when (refusal is RegistryException or InconsistentStateException)
            {
                refusals.Add(refusal.Message);
            }
        }

        Assert.Contains("damaged", store.WritesStopped);
        Assert.Contains(refusals, refusal => refusal.Contains("is damaged", StringComparison.Ordinal));
        var stopped = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("new", 0, "1"));
        Assert.Contains("accepts no more writes", stopped.Message);
    }

    [Theory]
    [InlineData(raw.SQLITE_IOERR_FSYNC, true)]
    [InlineData(raw.SQLITE_IOERR_WRITE, false)]
    [InlineData(raw.SQLITE_FULL, false)]
    [InlineData(raw.SQLITE_CORRUPT, true)]
    public void A_flush_that_failed_and_damage_stop_writes_and_nothing_else_does(int error, bool stops) =>
        Assert.Equal(stops, SqliteFaults.StopsWrites(new SqliteException("x", error & 0xFF, error)));

    [Fact]
    public async Task Checkpoints_keep_the_log_small_while_writers_go_on()
    {
        var versions = new long[16];
        for (var round = 0; round < 60; round++)
        {
            await Task.WhenAll(
                Enumerable.Range(0, 16).Select(async i => versions[i] = await store.PutAsync($"a{i}", versions[i], new string('x', 1_000 + round))));
        }

        var written = 60L * 16 * 1_000;
        Assert.InRange(new FileInfo(folder["data/registry.db-wal"]).Length, 1, written);
        Assert.Equal(16, (await store.AllAsync()).Count);
    }

    [Fact]
    public async Task A_log_cut_off_anywhere_leaves_what_was_committed_before()
    {
        const int Writes = 40;
        await using var quiet = TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["quiet"] });
        await quiet.OpenAsync(CancellationToken.None);
        for (var i = 0; i < Writes; i++)
        {
            await quiet.PutAsync($"a{i:D2}", 0, new string('x', 700));
        }

        var database = await File.ReadAllBytesAsync(folder["quiet/registry.db"]);
        var wal = await File.ReadAllBytesAsync(folder["quiet/registry.db-wal"]);
        var random = new Random(20260102);
        var counts = new List<int>();
        for (var round = 0; round < 25; round++)
        {
            var torn = wal[..random.Next(32, wal.Length + 1)];
            if (round % 3 == 0)
            {
                random.NextBytes(torn.AsSpan(Math.Max(32, torn.Length - 1_000)));
            }

            var copy = folder.With(new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["registry.db"] = database, ["registry.db-wal"] = torn });
            await using var reopened = TestStores.Sqlite(new SqliteStoreOptions { Directory = copy });
            await reopened.OpenAsync(CancellationToken.None);
            var kept = (await reopened.AllAsync()).Values.OrderBy(record => record.Version).Select(record => record.Key.Id).ToList();
            Assert.Equal(Enumerable.Range(0, kept.Count).Select(i => $"a{i:D2}"), kept);
            Assert.Equal(kept.Count, await reopened.CurrentRevisionAsync(AgentKind.Kind));
            Assert.Equal(kept.Count + 1, await reopened.PutAsync("new", 0, "1"));
            counts.Add(kept.Count);
        }

        Assert.True(counts.Distinct().Count() > 5);
    }
}
