using System.Text;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests;

/// <summary>What every store does alike.</summary>
public abstract class StoreConformance : IAsyncLifetime
{
    private const int Part = UploadLimits.MinPartBytes;

    /// <summary>A store of its own for each test, with nothing in it.</summary>
    protected IObjectStore Store { get; private set; } = null!;

    protected abstract ValueTask<IObjectStore> OpenAsync();

    /// <summary>Lets whatever was begun look a week old; false where the store alone knows times.</summary>
    protected virtual bool Age() => false;

    public virtual async ValueTask InitializeAsync() => Store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public static TheoryData<int> Sizes { get; } = [0, 1, 100_000, 8 * 1024 * 1024, (8 * 1024 * 1024) + 1];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task What_is_put_comes_back(int size)
    {
        var content = Bytes.Random(size);
        var before = DateTimeOffset.UtcNow.AddMinutes(-1);

        var put = await Store.PutAsync("a/b.bin", Bytes.Stream(content));

        Assert.Equal(("a/b.bin", (long)size), (put.Name, put.Size));
        Assert.InRange(put.ChangedAt, before, DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Equal(put, await Store.FindAsync("a/b.bin"));
        Assert.Equal(content, await Store.ReadAsync("a/b.bin"));
    }

    [Fact]
    public async Task A_part_of_an_object_can_be_read()
    {
        var content = Bytes.Random(1000);
        await Store.PutAsync("a", Bytes.Stream(content));

        Assert.Equal(content[..10], await Store.ReadAsync("a", 0, 10));
        Assert.Equal(content[400..600], await Store.ReadAsync("a", 400, 200));
        Assert.Equal(content[999..], await Store.ReadAsync("a", 999, 1));
        Assert.Equal(content[990..], await Store.ReadAsync("a", 990, 500));
        Assert.Equal(content[990..], await Store.ReadAsync("a", 990));
        Assert.Empty(await Store.ReadAsync("a", 500, 0));
        Assert.Empty(await Store.ReadAsync("a", 1000, 10));
        Assert.Empty(await Store.ReadAsync("a", 5000));
        await Store.PutAsync("empty", Bytes.Stream([]));
        Assert.Empty(await Store.ReadAsync("empty", 0, 10));
    }

    [Fact]
    public async Task A_put_takes_the_place_of_the_object_with_its_name()
    {
        await Store.PutAsync("a", Bytes.Stream(Bytes.Random(5000)));

        await Store.PutAsync("a", Bytes.Stream("new"u8.ToArray()));

        Assert.Equal("new"u8.ToArray(), await Store.ReadAsync("a"));
        Assert.Equal(3, (await Store.FindAsync("a"))!.Size);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        Assert.Null(await Store.FindAsync("none"));
        Assert.Null(await Store.FindAsync("folder/none"));
        await Store.DeleteAsync("folder/none");
        Assert.Equal(ObjectStoreError.NotFound, (await Assert.ThrowsAsync<ObjectStoreException>(() => Store.ReadAsync("none"))).Error);
        Assert.Equal(ObjectStoreError.NotFound, (await Assert.ThrowsAsync<ObjectStoreException>(() => Store.ReadAsync("f/none", 5, 5))).Error);
        Assert.Empty(await Store.NamesAsync(""));
    }

    [Fact]
    public async Task What_is_deleted_is_gone()
    {
        await Store.PutAsync("f/a", Bytes.Stream([1]));
        await Store.PutAsync("f/b", Bytes.Stream([2]));

        await Store.DeleteAsync("f/a");
        await Store.DeleteAsync("f/a");

        Assert.Null(await Store.FindAsync("f/a"));
        Assert.Equal(["f/b"], await Store.NamesAsync("f/"));
    }

    [Fact]
    public async Task Lists_are_ordered_by_name_and_narrowed_by_prefix()
    {
        foreach (var name in (string[])["b/2", "a", "b/10", "b.x", "b-y", "b0", "B", "c/d/e", ".hidden/x", "c/d+"])
        {
            await Store.PutAsync(name, Bytes.Stream(Encoding.ASCII.GetBytes(name)));
        }

        Assert.Equal(["B", "a", "b-y", "b.x", "b/10", "b/2", "b0", "c/d+", "c/d/e"], await Store.NamesAsync(""));
        Assert.Equal(["b-y", "b.x", "b/10", "b/2", "b0"], await Store.NamesAsync("b"));
        Assert.Equal(["b/10"], await Store.NamesAsync("b/1"));
        Assert.Equal(["c/d/e"], await Store.NamesAsync("c/d/"));
        Assert.Equal([".hidden/x"], await Store.NamesAsync("."));
        Assert.Equal([".hidden/x"], await Store.NamesAsync(".hidden/"));
        Assert.Empty(await Store.NamesAsync("b/3"));
        Assert.Equal(".hidden/x"u8.ToArray(), await Store.ReadAsync(".hidden/x"));
        await foreach (var info in Store.ListAsync("c/"))
        {
            Assert.Equal(await Store.FindAsync(info.Name), info);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a/.b")]
    [InlineData(".")]
    [InlineData(".store/uploads/x")]
    [InlineData("a\\b")]
    [InlineData("C:a")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a\0b")]
    [InlineData("ä")]
    [InlineData("a?x=1")]
    [InlineData("a%2e%2e")]
    public async Task A_name_that_could_be_a_path_is_refused(string name)
    {
        Func<Task>[] calls =
        [
            () => Store.PutAsync(name, Bytes.Stream([1])),
            () => Store.OpenAsync(name),
            () => Store.FindAsync(name),
            () => Store.DeleteAsync(name),
            () => Store.BeginUploadAsync(name),
            () => Store.PutPartAsync(name, "u", 1, Bytes.Stream([1])),
            () => Store.ListPartsAsync(name, "u"),
            () => Store.CompleteUploadAsync(name, "u"),
            () => Store.AbortUploadAsync(name, "u"),
        ];
        foreach (var call in calls)
        {
            Assert.Equal(ObjectStoreError.InvalidName, (await Assert.ThrowsAsync<ObjectStoreException>(call)).Error);
        }

        if (name is not ("" or "." or "a/"))
        {
            Assert.Equal(ObjectStoreError.InvalidName, (await Assert.ThrowsAsync<ObjectStoreException>(() => Store.NamesAsync(name))).Error);
        }
    }

    [Fact]
    public async Task A_source_that_fails_stores_nothing_and_its_error_comes_through()
    {
        await Store.PutAsync("a", Bytes.Stream("before"u8.ToArray()));
        foreach (var length in (int[])[1000, (8 * 1024 * 1024) + 1000])
        {
            var failed = await Assert.ThrowsAsync<IOException>(() => Store.PutAsync("a", new FailingStream(length, new IOException("source"))));

            Assert.Equal("source", failed.Message);
            Assert.Equal("before"u8.ToArray(), await Store.ReadAsync("a"));
        }

        Assert.Equal(["a"], await Store.NamesAsync(""));
    }

    [Fact]
    public async Task A_put_that_is_cancelled_stores_nothing()
    {
        using var stop = new CancellationTokenSource();
        var source = new FailingStream(9 * 1024 * 1024, new OperationCanceledException(stop.Token), stop.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync("a", source, stop.Token));

        Assert.Null(await Store.FindAsync("a"));
    }

    [Fact]
    public async Task Of_puts_at_once_one_is_stored_whole()
    {
        var contents = Enumerable.Range(0, 8).Select(i => Bytes.Random(50_000 + i)).ToList();

        var puts = contents.Select(content => Store.PutAsync("f/a", Bytes.Stream(content))).ToList();

        // Of a cloud, those that were replaced before they could be checked are told so.
        var failed = (await Task.WhenAll(puts.Select(async put => await Record.ExceptionAsync(() => put)))).OfType<Exception>().ToList();
        Assert.All(failed, fault => Assert.Contains("put it again", Assert.IsType<ObjectStoreException>(fault).Message, StringComparison.Ordinal));
        Assert.InRange(failed.Count, 0, contents.Count - 1);
        Assert.Contains(await Store.ReadAsync("f/a"), contents);
    }

    [Fact]
    public async Task Parts_are_joined_by_number_and_nothing_is_there_before()
    {
        var parts = (byte[][])[Bytes.Random(Part), Bytes.Random(Part + 7), Bytes.Random(3)];
        var upload = await Store.BeginUploadAsync("u/big");
        await Store.PutPartAsync("u/big", upload, 2, Bytes.Stream(parts[1]));
        await Store.PutPartAsync("u/big", upload, 1, Bytes.Stream(Bytes.Random(Part)));
        await Store.PutPartAsync("u/big", upload, 3, Bytes.Stream(parts[2]));
        await Store.PutPartAsync("u/big", upload, 1, Bytes.Stream(parts[0]));

        var listed = await Store.ListPartsAsync("u/big", upload);
        Assert.Equal([new ObjectPart(1, Part), new(2, Part + 7), new(3, 3)], listed);
        Assert.Null(await Store.FindAsync("u/big"));
        Assert.Empty(await Store.NamesAsync(""));
        Assert.Empty(await Store.NamesAsync("."));

        var info = await Store.CompleteUploadAsync("u/big", upload);

        Assert.Equal((2 * Part) + 10, info.Size);
        Assert.Equal(info, await Store.FindAsync("u/big"));
        Assert.Equal(parts.SelectMany(part => part).ToArray(), await Store.ReadAsync("u/big"));
        Assert.Equal(["u/big"], await Store.NamesAsync(""));
        await NotFoundAsync(() => Store.ListPartsAsync("u/big", upload));
        await NotFoundAsync(() => Store.CompleteUploadAsync("u/big", upload));
    }

    [Fact]
    public async Task An_upload_that_is_dropped_leaves_nothing()
    {
        await Store.PutAsync("a", Bytes.Stream("before"u8.ToArray()));
        var upload = await Store.BeginUploadAsync("a");
        await Store.PutPartAsync("a", upload, 1, Bytes.Stream([1, 2]));

        await Store.AbortUploadAsync("a", upload);
        await Store.AbortUploadAsync("a", upload);

        await NotFoundAsync(() => Store.PutPartAsync("a", upload, 2, Bytes.Stream([3])));
        await NotFoundAsync(() => Store.CompleteUploadAsync("a", upload));
        Assert.Equal("before"u8.ToArray(), await Store.ReadAsync("a"));
    }

    [Fact]
    public async Task An_upload_that_cannot_be_joined_says_why_and_can_be_mended()
    {
        var upload = await Store.BeginUploadAsync("a");
        Assert.Contains("no part yet", (await InvalidAsync(() => Store.CompleteUploadAsync("a", upload))).Message, StringComparison.Ordinal);
        await Store.PutPartAsync("a", upload, 2, Bytes.Stream([2]));
        Assert.Contains("lacks part 1", (await InvalidAsync(() => Store.CompleteUploadAsync("a", upload))).Message, StringComparison.Ordinal);
        await Store.PutPartAsync("a", upload, 1, Bytes.Stream([1]));
        Assert.Contains("at least 5242880", (await InvalidAsync(() => Store.CompleteUploadAsync("a", upload))).Message, StringComparison.Ordinal);
        await InvalidAsync(() => Store.PutPartAsync("a", upload, 0, Bytes.Stream([1])));
        await InvalidAsync(() => Store.PutPartAsync("a", upload, UploadLimits.MaxParts + 1, Bytes.Stream([1])));
        await InvalidAsync(() => Store.PutPartAsync("a", upload, 3, new EndlessStream()));

        var first = Bytes.Random(Part);
        await Store.PutPartAsync("a", upload, 1, Bytes.Stream(first));
        Assert.Equal(Part + 1, (await Store.CompleteUploadAsync("a", upload)).Size);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("../../etc")]
    [InlineData("a\nb")]
    [InlineData("")]
    public async Task An_upload_that_is_not_there_is_not_found(string upload)
    {
        await NotFoundAsync(() => Store.PutPartAsync("a", upload, 1, Bytes.Stream([1])));
        await NotFoundAsync(() => Store.ListPartsAsync("a", upload));
        await NotFoundAsync(() => Store.CompleteUploadAsync("a", upload));
        await Store.AbortUploadAsync("a", upload);
    }

    [Fact]
    public async Task An_upload_is_of_one_name()
    {
        var upload = await Store.BeginUploadAsync("a");
        await Store.PutPartAsync("a", upload, 1, Bytes.Stream([1]));

        await NotFoundAsync(() => Store.PutPartAsync("b", upload, 2, Bytes.Stream([1])));
        await NotFoundAsync(() => Store.CompleteUploadAsync("b", upload));
        await Store.AbortUploadAsync("b", upload);

        Assert.Equal(1, (await Store.CompleteUploadAsync("a", upload)).Size);
    }

    [Fact]
    public async Task A_sweep_drops_what_nobody_goes_on_with()
    {
        await Store.PutAsync("kept", Bytes.Stream([1]));
        var upload = await Store.BeginUploadAsync("a");
        await Store.PutPartAsync("a", upload, 1, Bytes.Stream([1]));

        Assert.Equal(0, await Store.SweepAsync(DateTimeOffset.UtcNow.AddDays(-1)));
        Assert.Single(await Store.ListPartsAsync("a", upload));
        var since = DateTimeOffset.UtcNow.AddDays(Age() ? -1 : 1);
        Assert.Equal(1, await Store.SweepAsync(since));
        await NotFoundAsync(() => Store.ListPartsAsync("a", upload));
        Assert.Equal(["kept"], await Store.NamesAsync(""));
    }

    [Fact]
    public void Its_description_says_where_it_is() => Assert.NotEmpty(Store.Description);

    private static async Task NotFoundAsync(Func<Task> call) =>
        Assert.Equal(ObjectStoreError.NotFound, (await Assert.ThrowsAsync<ObjectStoreException>(call)).Error);

    private static async Task<ObjectStoreException> InvalidAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<ObjectStoreException>(call);
        Assert.Equal(ObjectStoreError.InvalidUpload, refused.Error);
        return refused;
    }
}
