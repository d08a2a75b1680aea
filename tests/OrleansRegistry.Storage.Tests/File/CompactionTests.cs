using Microsoft.Extensions.Logging;
using OrleansRegistry.Storage.Files;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Files;

public sealed class CompactionTests : IDisposable
{
    private readonly TempFolder temp = new();

    private string Folder => temp["data"];

    public void Dispose() => temp.Dispose();

    [Fact]
    public async Task Live_records_stay_dead_ones_go_and_one_segment_stands_for_all()
    {
        await using var store = await FileStores.OpenAsync(Folder);
        await FillAsync(store);
        var (before, bytes) = (await store.AllAsync(), Size());
        await store.CompactAsync();

        Assert.Equal(before, await store.AllAsync());
        Assert.InRange(Size(), 0, bytes / 5);
        Assert.Equal(2, temp.Bytes(Folder).Count);
        foreach (var (key, record) in before)
        {
            Assert.Equal(record, await store.GetAsync(key.Id));
        }
    }

    [Fact]
    public async Task A_compacted_log_reopens_and_compacts_again()
    {
        Dictionary<RecordKey, StoredRecord> expected;
        await using (var store = await FileStores.OpenAsync(Folder))
        {
            await FillAsync(store);
            await store.CompactAsync();
            await store.CompactAsync();
            await store.DropAsync("a3", (await store.GetAsync("a3"))!.Version);
            await store.PutAsync("a4", (await store.GetAsync("a4"))!.Version, "newest");
            expected = await store.AllAsync();
        }

        for (var i = 0; i < 3; i++)
        {
            await using var store = await FileStores.OpenAsync(Folder);
            Assert.Equal(expected, await store.AllAsync());
            Assert.Equal(102, await store.CurrentRevisionAsync());
            await store.CompactAsync();
            Assert.Equal(expected, await store.AllAsync());
        }
    }

    [Fact]
    public async Task Begins_by_itself_when_enough_is_dead()
    {
        var log = new LogCapture<FileStore>();
        await using var store = await FileStores.OpenAsync(FileStores.Options(Folder) with { CompactionMinDeadBytes = 10_000 }, log);
        await FillAsync(store);
        Assert.Contains(".compacted.seg", await log.WaitForAsync("Compacted "));
        Assert.Equal(100, await store.CurrentRevisionAsync());
    }

    [Fact]
    public async Task Serves_writers_readers_and_snapshots_meanwhile()
    {
        await using var store = await FileStores.OpenAsync(Folder, segmentBytes: 16_384);
        var writing = true;
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var (version, id) = (0L, $"a{writer}");
            for (var i = 0; i < 60; i++)
            {
                version = await store.PutAsync(id, version, $"{i} {new string('x', 300)}");
                var read = await store.GetAsync(id);
                Assert.Equal((version, Body($"{i} {new string('x', 300)}")), (read!.Version, read.Body));
                version = i % 10 == 9 ? await store.DropAsync(id, version) * 0 : version;
            }
        })).ToArray();
        var resting = Enumerable.Range(0, 20).Select(i => store.PutAsync($"resting{i}", 0, "1").AsTask());
        await Task.WhenAll(resting);

        var others = new Func<Task>[]
        {
            () => store.CompactAsync(),
            async () => Assert.Equal(20, (await store.AllAsync()).Keys.Count(key => key.Id.StartsWith("resting", StringComparison.Ordinal))),
            async () => Assert.Equal(Body("1"), (await store.GetAsync("resting7"))!.Body),
        }.Select(act => Task.Run(async () =>
        {
            while (Volatile.Read(ref writing))
            {
                await act();
            }
        })).ToArray();

        await Task.WhenAll(writers);
        Volatile.Write(ref writing, false);
        await Task.WhenAll(others);
        Assert.Equal(20, (await store.AllAsync()).Count);
        Assert.Equal((8 * 66) + 20, await store.CurrentRevisionAsync());
    }

    [Fact]
    public async Task A_change_made_while_its_record_is_copied_wins()
    {
        var files = new FaultyFileSystem();
        await using (var store = await FileStores.OpenAsync(Folder, files: files))
        {
            await FillAsync(store);
            using var hold = new DiskHold(files, "rename", ".compacted.seg");
            var compaction = store.CompactAsync();
            await hold.Reached;
            await store.PutAsync("a1", (await store.GetAsync("a1"))!.Version, "newer than the copy");
            await store.DropAsync("a2", (await store.GetAsync("a2"))!.Version);
            hold.Release();
            await compaction;
            await CheckAsync(store);
        }

        await using var again = await FileStores.OpenAsync(Folder);
        await CheckAsync(again);

        static async Task CheckAsync(FileStore store)
        {
            Assert.Equal(Body("newer than the copy"), (await store.GetAsync("a1"))!.Body);
            Assert.Null(await store.GetAsync("a2"));
            Assert.Equal(9, (await store.AllAsync()).Count);
        }
    }

    [Fact]
    public async Task A_snapshot_begun_before_is_read_to_its_end_after()
    {
        await using var store = await FileStores.OpenAsync(Folder);
        await FillAsync(store);
        var records = (await store.SnapshotAsync()).Records.GetAsyncEnumerator();
        Assert.True(await records.MoveNextAsync());
        await store.CompactAsync();
        var seen = 1;
        while (await records.MoveNextAsync())
        {
            seen++;
        }

        await records.DisposeAsync();
        Assert.Equal(10, seen);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("write")]
    [InlineData("flush")]
    [InlineData("rename")]
    [InlineData("flush folder")]
    public async Task A_full_disk_undoes_it_and_harms_no_write(string operation)
    {
        var (files, log) = (new FaultyFileSystem(), new LogCapture<FileStore>());
        await using var store = await FileStores.OpenAsync(Folder, logger: log, files: files);
        await FillAsync(store);
        var compacting = false;
        files.Before = (_, at, path) =>
        {
            compacting |= path.Contains("compacted", StringComparison.Ordinal);
            if (compacting && at == operation && (operation == "flush folder" || path.Contains("compacted", StringComparison.Ordinal)))
            {
                throw new IOException("No space left", 28);
            }
        };
        await Assert.ThrowsAnyAsync<IOException>(store.CompactAsync);
        Assert.Contains(log.Entries, entry => entry.Level == LogLevel.Error && entry.Message.StartsWith("A compaction failed", StringComparison.Ordinal));
        Assert.DoesNotContain(temp.Bytes(Folder).Keys, name => name.Contains("compacted", StringComparison.Ordinal));

        files.Before = (_, _, _) => { };
        await store.PutAsync("a1", (await store.GetAsync("a1"))!.Version, "still writing");
        await store.CompactAsync();
        Assert.Equal(Body("still writing"), (await store.GetAsync("a1"))!.Body);
        Assert.Equal(10, (await store.AllAsync()).Count);
    }

    [Fact]
    public async Task Old_segments_that_cannot_be_removed_are_removed_by_the_next_start()
    {
        var (files, log) = (new FaultyFileSystem(), new LogCapture<FileStore>());
        Dictionary<RecordKey, StoredRecord> expected;
        await using (var store = await FileStores.OpenAsync(Folder, logger: log, files: files))
        {
            await FillAsync(store);
            files.Before = (_, at, _) => _ = at == "delete" ? throw new IOException("busy") : 0;
            await store.CompactAsync();
            expected = await store.AllAsync();
            Assert.Contains(log.Entries, entry => entry.Message.Contains("could not be removed", StringComparison.Ordinal));
        }

        Assert.True(temp.Bytes(Folder).Count > 2);
        await using var again = await FileStores.OpenAsync(Folder);
        Assert.Equal(2, temp.Bytes(Folder).Count);
        Assert.Equal(expected, await again.AllAsync());
    }

    [Fact]
    public async Task Damage_in_a_source_undoes_it_and_keeps_the_source()
    {
        await using var store = await FileStores.OpenAsync(Folder);
        await FillAsync(store);
        var path = Path.Combine(Folder, "log-0000000001.seg");
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = file.Length - 10;
            file.WriteByte(1);
        }

        Assert.Contains(path, (await Assert.ThrowsAsync<DamagedLogException>(store.CompactAsync)).Message);
        Assert.True(File.Exists(path));
        await store.PutAsync("more", 0, "1");
    }

    [Fact]
    public async Task Dispose_ends_it_and_leaves_the_log_as_it_was()
    {
        var files = new FaultyFileSystem();
        var store = await FileStores.OpenAsync(Folder, files: files);
        await FillAsync(store);
        var expected = await store.AllAsync();
        using var hold = new DiskHold(files, "write", ".compacted.seg");
        var compaction = store.CompactAsync();
        await hold.Reached;
        var disposing = store.DisposeAsync().AsTask();
        hold.Release();
        await disposing;
        await compaction.ContinueWith(_ => { }, TaskScheduler.Default);

        await using var again = await FileStores.OpenAsync(Folder);
        Assert.Equal(expected, await again.AllAsync());
        Assert.DoesNotContain(temp.Bytes(Folder).Keys, name => name.EndsWith(".tmp", StringComparison.Ordinal));
    }

    /// <summary>Ten records of 400 bytes, written ten times each.</summary>
    private static async Task FillAsync(FileStore store)
    {
        var versions = new long[10];
        for (var i = 0; i < 100; i++)
        {
            versions[i % 10] = await store.PutAsync($"a{i % 10}", versions[i % 10], $"{i} {new string('x', 400)}");
        }
    }

    private long Size() => temp.Bytes(Folder).Values.Sum(bytes => (long)bytes.Length);
}
