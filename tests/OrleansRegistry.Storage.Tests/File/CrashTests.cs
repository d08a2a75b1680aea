using OrleansRegistry.Model;
using OrleansRegistry.Storage.Files;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Files;

/// <summary>Stops the machine before each operation on the disk in turn, and looks at what the next start finds.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly TempFolder temp = new();

    public void Dispose() => temp.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_step_a_crash_comes_before_every_acknowledged_write_is_there(bool powerIsLost)
    {
        var finished = false;
        for (var step = 1; !finished; step++)
        {
            var (folder, files, known) = (temp[$"{powerIsLost}-{step}"], new FaultyFileSystem(), new Acknowledged());
            Directory.CreateDirectory(folder);
            files.CrashAt(step);
            await RunAsync(folder, files, known);
            finished = !files.HasCrashed;
            Assert.True(finished || step <= files.Steps);
            if (powerIsLost)
            {
                files.LoseUnflushed(folder, new Random(step));
            }

            await using var store = await FileStores.OpenAsync(folder);
            await known.CheckAsync(store, $"crash before step {step}");
            await store.CompactAsync();
            await known.CheckAsync(store, $"compacted after a crash before step {step}");
            Assert.Equal(known.Revision + 1, await store.PutAsync("new", 0, "new"));
        }
    }

    private static async Task RunAsync(string folder, FaultyFileSystem files, Acknowledged known)
    {
        FileStore? store = null;
        try
        {
            store = await FileStores.OpenAsync(folder, files: files);
            for (var i = 0; i < 14; i++)
            {
                await known.PutAsync(store, $"a{i % 5}", new string((char)('a' + i), 700));
                if (i % 5 == 4)
                {
                    await known.DropAsync(store, "a1");
                    await store.CompactAsync();
                }
            }
        }
        catch (Exception) when (files.HasCrashed)
        {
            // What the crash left is looked at after the next start.
        }
        finally
        {
            await (store?.DisposeAsync() ?? default);
        }
    }

    /// <summary>What the store said it has, and the one write of which it said that it does not know.</summary>
    private sealed class Acknowledged
    {
        private readonly Dictionary<string, (long Version, string? Text)> records = [];
        private (string Id, string? Text)? unknown;

        public long Revision { get; private set; }

        public Task PutAsync(FileStore store, string id, string text) => ChangeAsync(id, text, version => store.PutAsync(id, version, text));

        public Task DropAsync(FileStore store, string id) => ChangeAsync(id, null, version => store.DropAsync(id, version));

        public async Task CheckAsync(FileStore store, string when)
        {
            var revision = await store.CurrentRevisionAsync();
            if (unknown is { } change && revision == Revision + 1)
            {
                records[change.Id] = (revision, change.Text);
                (Revision, unknown) = (revision, null);
            }

            Assert.True(Revision == revision, when);
            var expected = records.Where(record => record.Value.Text is not null)
                .ToDictionary(record => Key(record.Key), record => new StoredRecord(Key(record.Key), record.Value.Version, Body(record.Value.Text!)));
            Assert.Equal(expected, await store.AllAsync());
            foreach (var (key, record) in expected)
            {
                Assert.Equal(record, await store.GetAsync(key.Id));
            }
        }

        private async Task ChangeAsync(string id, string? text, Func<long, ValueTask<long>> change)
        {
            try
            {
                var version = await change(records.GetValueOrDefault(id) is { Text: not null } record ? record.Version : 0);
                records[id] = (version, text);
                Revision = version;
            }
            catch (RecordOutcomeUnknownException)
            {
                unknown = (id, text);
                throw;
            }
        }
    }
}
