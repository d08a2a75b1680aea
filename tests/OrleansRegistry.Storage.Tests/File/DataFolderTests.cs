using OrleansRegistry.Storage.Files;

namespace OrleansRegistry.Storage.Tests.Files;

public sealed class DataFolderTests : IDisposable
{
    private readonly TempFolder temp = new();

    public void Dispose() => temp.Dispose();

    [Fact]
    public async Task A_folder_that_is_not_there_is_created()
    {
        await using var store = await FileStores.OpenAsync(Path.Combine(temp["deep"], "er", "data"));
        await store.PutAsync("a", 0, "1");
    }

    [Fact]
    public async Task A_second_store_on_the_folder_is_refused_with_the_process_that_has_it()
    {
        await using (await FileStores.OpenAsync(temp["data"]))
        {
            var refusal = await FileStores.RefusesAsync(temp["data"]);
            Assert.Contains($"{temp["data"]} is in use by process {Environment.ProcessId}.", refusal.Message);
        }

        await using var next = await FileStores.OpenAsync(temp["data"]);
    }

    [Fact]
    public async Task A_refused_start_leaves_the_folder_free()
    {
        var folder = temp.With([new("log-0000000002.seg", [])]);
        await FileStores.RefusesAsync(folder);
        File.Delete(Path.Combine(folder, "log-0000000002.seg"));
        await using var store = await FileStores.OpenAsync(folder);
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_folder_is_named()
    {
        File.WriteAllText(temp["file"], "");
        Assert.Contains($"The data folder {temp["file"]} cannot be used", (await FileStores.RefusesAsync(temp["file"])).Message);
        Assert.Contains(temp["file"], (await FileStores.RefusesAsync(Path.Combine(temp["file"], "data"))).Message);
    }

    [Fact]
    public async Task A_folder_that_nothing_can_be_written_to_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        foreach (var folder in new[] { "/proc/registry", "/proc/self" })
        {
            Assert.Contains($"The data folder {folder} cannot be ", (await FileStores.RefusesAsync(folder)).Message);
        }
    }

    [Fact]
    public async Task A_folder_without_write_permission_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "root may write everywhere: run the tests as another user");
#pragma warning disable CA1416 // Skipped on Windows above.
        Directory.CreateDirectory(temp["data"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
#pragma warning restore CA1416
        Assert.Contains($"The data folder {temp["data"]} cannot be written to", (await FileStores.RefusesAsync(temp["data"])).Message);
    }

    [Fact]
    public async Task What_an_unfinished_run_left_over_is_removed_and_reported()
    {
        var log = new LogCapture<FileStore>();
        await (await FileStores.OpenAsync(temp["data"])).DisposeAsync();
        var leftover = Path.Combine(temp["data"], "log-0000000002.seg.tmp");
        File.WriteAllText(leftover, "half");
        await using var store = await FileStores.OpenAsync(temp["data"], logger: log);
        Assert.False(File.Exists(leftover));
        Assert.Contains(log.Entries, entry => entry.Message.StartsWith($"Removed {leftover}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Options_out_of_range_stop_the_start_with_their_name()
    {
        var good = FileStores.Options(temp["data"]);
        (string Name, FileStoreOptions Options)[] wrong =
        [
            ("Directory", good with { Directory = " " }),
            ("SegmentBytes", good with { SegmentBytes = 100 }),
            ("MaxQueuedWrites", good with { MaxQueuedWrites = 0 }),
            ("MaxQueuedBytes", good with { MaxQueuedBytes = 0 }),
            ("CompactionDeadPercent", good with { CompactionDeadPercent = 100 }),
            ("CompactionMinDeadBytes", good with { CompactionMinDeadBytes = -1 }),
            ("CompactionRetryDelay", good with { CompactionRetryDelay = TimeSpan.FromSeconds(-1) }),
            ("MaxBatch", good with { Feed = new ChangeLogLimits { MaxBatch = 0 } }),
        ];
        foreach (var (name, options) in wrong)
        {
            var refusal = await Assert.ThrowsAsync<StoreStartException>(() => FileStores.OpenAsync(options));
            Assert.Contains($".{name} is ", refusal.Message);
        }
    }
}
