using OrleansRegistry.Objects.Local;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Local;

public sealed class LocalFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TemporaryFolder outside = new();

    public void Dispose()
    {
        folder.Dispose();
        outside.Dispose();
    }

    [Fact]
    public async Task An_object_is_a_file_that_only_its_user_reads()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        await using var store = new LocalObjectStore(folder.File("new/objects"));

        await store.PutAsync("agents/a.json.gz", Bytes.Stream("x"u8.ToArray()));

        Assert.Equal("x", File.ReadAllText(folder.File("new/objects/agents/a.json.gz")));
        Assert.Equal("rw-------", Mode("new/objects/agents/a.json.gz"));
        foreach (var name in (string[])["new", "new/objects", "new/objects/agents", "new/objects/.store", "new/objects/.store/pending"])
        {
            Assert.Equal("rwx------", Mode(name));
        }
    }

    [Fact]
    public async Task Nothing_behind_a_link_is_read_written_listed_or_deleted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        outside.Write("secret", "secret");
        File.CreateSymbolicLink(folder.File("file"), outside.File("secret"));
        System.IO.Directory.CreateSymbolicLink(folder.File("way"), outside.Path);
        File.CreateSymbolicLink(folder.File("dangling"), outside.File("none"));
        await using var store = new LocalObjectStore(folder.Path);

        foreach (var name in (string[])["file", "way/secret", "way/new", "dangling"])
        {
            Func<Task>[] calls =
            [
                () => store.ReadAsync(name),
                () => store.PutAsync(name, Bytes.Stream([1])),
                () => store.FindAsync(name),
                () => store.DeleteAsync(name),
            ];
            foreach (var call in calls)
            {
                var refused = await Assert.ThrowsAsync<ObjectStoreException>(call);
                Assert.Equal(ObjectStoreError.InvalidName, refused.Error);
                Assert.Contains("is a symbolic link", refused.Message, StringComparison.Ordinal);
            }
        }

        Assert.Empty(await store.NamesAsync(""));
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.NamesAsync("way/"));
        Assert.Equal(["secret"], System.IO.Directory.EnumerateFileSystemEntries(outside.Path).Select(Path.GetFileName));
        Assert.Equal("secret", File.ReadAllText(outside.File("secret")));
    }

    [Fact]
    public async Task A_link_in_place_of_the_store_s_own_folder_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        System.IO.Directory.CreateSymbolicLink(folder.File(".store"), outside.Path);
        await using var store = new LocalObjectStore(folder.Path);

        await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));

        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(outside.Path));
    }

    [Fact]
    public async Task The_folder_itself_may_be_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        System.IO.Directory.CreateSymbolicLink(folder.File("link"), outside.Path);
        await using var store = new LocalObjectStore(folder.File("link"));

        await store.PutAsync("a", Bytes.Stream([1]));

        Assert.Equal([1], File.ReadAllBytes(outside.File("a")));
        Assert.Equal(["a"], await store.NamesAsync(""));
    }

    [Fact]
    public async Task A_name_is_not_also_a_folder()
    {
        await using var store = new LocalObjectStore(folder.Path);
        await store.PutAsync("a", Bytes.Stream([1]));
        await store.PutAsync("f/a", Bytes.Stream([1]));

        await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a/b", Bytes.Stream([1])));
        var refused = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("f", Bytes.Stream([1])));
        Assert.Equal(ObjectStoreError.InvalidName, refused.Error);
        Assert.Equal(ObjectStoreError.NotFound, (await Assert.ThrowsAsync<ObjectStoreException>(() => store.ReadAsync("f"))).Error);
        Assert.Null(await store.FindAsync("f"));
        Assert.Null(await store.FindAsync("a/b"));
        Assert.Equal(["a", "f/a"], await store.NamesAsync(""));
        Assert.Empty(System.IO.Directory.EnumerateFiles(folder.File(".store/pending")));
    }

    [Fact]
    public async Task Files_of_others_are_passed_over()
    {
        folder.Write("odd name", "");
        folder.Write("sub/.dot", "");
        folder.Write("sub/fine", "");
        await using var store = new LocalObjectStore(folder.Path);

        Assert.Equal(["sub/fine"], await store.NamesAsync(""));
    }

    [Fact]
    public async Task Empty_folders_go_and_puts_beside_deletes_lose_nothing()
    {
        await using var store = new LocalObjectStore(folder.Path);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            for (var i = 0; i < 50; i++)
            {
                await store.PutAsync($"deep/er/{worker}", Bytes.Stream([1]));
                Assert.NotNull(await store.FindAsync($"deep/er/{worker}"));
                await store.DeleteAsync($"deep/er/{worker}");
            }
        }));

        Assert.False(System.IO.Directory.Exists(folder.File("deep")));
    }

    [Fact]
    public async Task What_a_crash_left_half_written_is_swept()
    {
        folder.Write(".store/pending/0123", "half");
        folder.Write(".store/uploads/4567/00001", "half");
        folder.Age(TimeSpan.FromDays(2));
        folder.Write(".store/pending/fresh", "half");
        await using var store = new LocalObjectStore(folder.Path);
        Assert.Empty(await store.NamesAsync("."));

        Assert.Equal(2, await store.SweepAsync(DateTimeOffset.UtcNow.AddDays(-1)));

        Assert.Equal(["fresh"], new DirectoryInfo(folder.File(".store/pending")).EnumerateFiles().Select(file => file.Name));
        Assert.Empty(System.IO.Directory.EnumerateDirectories(folder.File(".store/uploads")));
    }

    [Fact]
    public async Task A_reader_goes_on_with_what_it_opened()
    {
        await using var store = new LocalObjectStore(folder.Path);
        await store.PutAsync("a", Bytes.Stream("first"u8.ToArray()));
        await using var reader = await store.OpenAsync("a");

        await store.PutAsync("a", Bytes.Stream("other"u8.ToArray()));

        Assert.Equal("first", await new StreamReader(reader).ReadToEndAsync());
    }

    [Theory]
    [InlineData(28, ObjectStoreError.Full, "no room is left")]
    [InlineData(122, ObjectStoreError.Full, "quota")]
    [InlineData(30, ObjectStoreError.Denied, "read-only")]
    [InlineData(5, ObjectStoreError.Unavailable, "broken")]
    public void Errors_of_the_file_system_say_what_to_do(int code, ObjectStoreError error, string part)
    {
        var told = LocalFaults.Translate("/objects", "write a", new IOException("broken", code));

        Assert.Equal(error, told.Error);
        Assert.Contains("Could not write a in the folder /objects", told.Message, StringComparison.Ordinal);
        Assert.Contains(part, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_keeps_the_object_before_and_says_so()
    {
        using var disk = SmallDisk.TryMount(folder.File("disk"), bytes: 256 * 1024);
        Assert.SkipWhen(disk is null, "Only root may mount a small disk.");
        await using var store = new LocalObjectStore(folder.File("disk"));
        var before = Bytes.Random(100_000);
        await store.PutAsync("a", Bytes.Stream(before));

        var full = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream(Bytes.Random(300_000))));

        Assert.Equal(ObjectStoreError.Full, full.Error);
        Assert.Equal(before, await store.ReadAsync("a"));
        Assert.Empty(System.IO.Directory.EnumerateFiles(folder.File("disk/.store/pending")));
        await store.PutAsync("b", Bytes.Stream(before));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_is_told()
    {
        var file = folder.Write("file", "");
        await using var store = new LocalObjectStore(Path.Combine(file, "below"));

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));

        Assert.Contains("Could not write a", told.Message, StringComparison.Ordinal);
    }

    private string Mode(string name) => UnixModes.Of(folder.File(name));
}
