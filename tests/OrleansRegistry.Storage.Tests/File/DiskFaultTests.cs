using Orleans.Storage;
using OrleansRegistry.Model;
using OrleansRegistry.Storage.Files;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Files;

public sealed class DiskFaultTests : IAsyncLifetime
{
    private const int NoSpaceLeft = 28, QuotaExceeded = 122, InputOutput = 5;

    private readonly TempFolder temp = new();
    private readonly FaultyFileSystem files = new();
    private FileStore store = null!;

    public async ValueTask InitializeAsync() => store = await FileStores.OpenAsync(temp["data"], files: files);

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        temp.Dispose();
    }

    [Theory]
    [InlineData(NoSpaceLeft, RegistryError.StorageFull)]
    [InlineData(QuotaExceeded, RegistryError.StorageFull)]
    [InlineData(InputOutput, RegistryError.Unavailable)]
    public async Task A_failed_write_stores_nothing_and_the_store_goes_on(int errno, RegistryError error)
    {
        await store.PutAsync("a", 0, "1");
        var before = temp.Bytes(temp["data"]);
        FailOn("write", errno);
        for (var i = 0; i < 3; i++)
        {
            var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("a", 1, "2"));
            Assert.Equal(error, refusal.Error);
            Assert.Contains("Nothing was stored", refusal.Message);
            Assert.NotNull(refusal.RetryAfter);
        }

        Assert.Equal(before, temp.Bytes(temp["data"]));
        Assert.Equal(1, await store.CurrentRevisionAsync());
        Assert.Equal(Body("1"), (await store.GetAsync("a"))!.Body);

        Heal();
        Assert.Equal(2, await store.PutAsync("a", 1, "2"));
        await ReopenAsync();
        Assert.Equal(Body("2"), (await store.GetAsync("a"))!.Body);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("write")]
    [InlineData("flush")]
    [InlineData("rename")]
    public async Task No_room_for_a_new_segment_is_a_failed_write_too(string operation)
    {
        await store.PutAsync("a", 0, new string('x', 5000));
        FailOn(operation, NoSpaceLeft, path => path.Contains("0000000002", StringComparison.Ordinal));
        var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("b", 0, "1"));
        Assert.Equal(RegistryError.StorageFull, refusal.Error);

        Heal();
        await store.PutAsync("b", 0, "1");
        await ReopenAsync();
        Assert.Equal(Body("1"), (await store.GetAsync("b"))!.Body);
    }

    [Fact]
    public async Task A_flush_that_fails_ends_writing_but_not_reading()
    {
        await store.PutAsync("a", 0, "1");
        var failed = false;
        files.Before = (_, operation, _) => Fail(operation == "flush" && !failed && (failed = true), InputOutput);
        var first = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("a", 1, "2"));
        Heal();
        var next = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("b", 0, "1"));

        Assert.All(new[] { first, next }, refusal =>
        {
            Assert.Equal(RegistryError.Unavailable, refusal.Error);
            Assert.Contains("until the registry is restarted", refusal.Message);
            Assert.Contains("did not confirm", refusal.Message);
        });
        await OnlyTheFirstIsVisibleAsync();
        await ReopenAsync();
        await OnlyTheFirstIsVisibleAsync();
        await store.PutAsync("a", 1, "2");
    }

    [Theory]
    [InlineData("write")]
    [InlineData("flush")]
    public async Task A_write_that_cannot_be_taken_back_has_an_unknown_outcome_and_ends_writing(string operation)
    {
        await store.PutAsync("a", 0, "1");
        files.Before = (_, at, _) => Fail(at == operation || at == "truncate", InputOutput);
        await Assert.ThrowsAsync<RecordOutcomeUnknownException>(async () => await store.PutAsync("a", 1, "2"));
        Heal();
        var next = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("b", 0, "1"));
        Assert.Equal(RegistryError.Unavailable, next.Error);
        await OnlyTheFirstIsVisibleAsync();
    }

    [Fact]
    public async Task A_new_segment_whose_name_may_not_be_durable_ends_writing()
    {
        await store.PutAsync("a", 0, new string('x', 5000));
        FailOn("flush folder", InputOutput);
        var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("b", 0, "1"));
        Assert.Contains("until the registry is restarted", refusal.Message);
        Assert.NotNull(store.WritesStopped);
        Heal();
        await ReopenAsync();
        Assert.Null(store.WritesStopped);
        Assert.Equal(2, await store.PutAsync("b", 0, "1"));
    }

    [Fact]
    public async Task Nobody_sees_a_write_before_it_is_durable()
    {
        using var hold = Hold("flush");
        var write = store.PutAsync("a", 0, "1").AsTask();
        await hold.Reached;

        Assert.Null(await store.GetAsync("a"));
        Assert.Equal(0, await store.CurrentRevisionAsync());
        Assert.Empty(await store.AllAsync());
        var feed = store.ReadChangesAsync(0).AsTask();
        Assert.False(feed.IsCompleted || write.IsCompleted);

        hold.Release();
        Assert.Equal(1, await write);
        Assert.Equal(1, (await feed).Revision);
    }

    [Fact]
    public async Task Writes_that_wait_together_become_one_frame_in_which_conflicts_fail_alone()
    {
        using var hold = Hold("flush");
        var first = store.PutAsync("first", 0, "1").AsTask();
        await hold.Reached;
        var winner = store.PutAsync("a", 0, "winner").AsTask();
        var loser = store.PutAsync("a", 0, "loser").AsTask();
        var other = store.PutAsync("b", 0, "1").AsTask();
        var steps = files.Steps;
        hold.Release();

        Assert.Equal(new long[] { 1, 2, 3 }, await Task.WhenAll(first, winner, other));
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => loser);
        Assert.Equal("2", conflict.StoredEtag);
        Assert.Equal(steps + 2, files.Steps);
        Assert.Equal(Body("winner"), (await store.GetAsync("a"))!.Body);
    }

    [Fact]
    public async Task When_a_batch_fails_its_conflicts_fail_the_same_way()
    {
        using var hold = Hold("flush");
        var first = store.PutAsync("first", 0, "1").AsTask();
        await hold.Reached;
        var writes = new[] { store.PutAsync("a", 0, "1").AsTask(), store.PutAsync("a", 0, "2").AsTask() };
        FailOn("write", NoSpaceLeft);
        hold.Release();

        await first;
        foreach (var write in writes)
        {
            Assert.Equal(RegistryError.StorageFull, (await Assert.ThrowsAsync<RegistryException>(() => write)).Error);
        }
    }

    [Fact]
    public async Task A_write_cancelled_while_it_waits_is_not_stored()
    {
        using var hold = Hold("flush");
        using var source = new CancellationTokenSource();
        var first = store.PutAsync("first", 0, "1").AsTask();
        await hold.Reached;
        var cancelled = store.WriteAsync(RecordKind.Agent, Key("a"), 0, Body("1"), source.Token).AsTask();
        await source.CancelAsync();
        hold.Release();

        await first;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Null(await store.GetAsync("a"));
        Assert.Equal(2, await store.PutAsync("b", 0, "1"));
    }

    [Fact]
    public async Task More_writes_than_may_wait_are_refused_as_busy()
    {
        await store.DisposeAsync();
        store = await FileStores.OpenAsync(FileStores.Options(temp["small"]) with { MaxQueuedWrites = 3 }, files: files);
        using var hold = Hold("flush");
        var taken = new List<Task<long>> { store.PutAsync("a0", 0, "1").AsTask() };
        await hold.Reached;
        taken.AddRange(Enumerable.Range(1, 3).Select(i => store.PutAsync($"a{i}", 0, "1").AsTask()));

        var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("a4", 0, "1"));
        Assert.Equal(RegistryError.Busy, refusal.Error);
        Assert.NotNull(refusal.RetryAfter);
        hold.Release();
        Assert.Equal(new long[] { 1, 2, 3, 4 }, await Task.WhenAll(taken));
        Assert.Equal(5, await store.PutAsync("a4", 0, "1"));
    }

    private async Task OnlyTheFirstIsVisibleAsync()
    {
        Assert.Equal(new StoredRecord(Key("a"), 1, Body("1")), Assert.Single(await store.AllAsync()).Value);
        Assert.Equal(1, await store.CurrentRevisionAsync());
    }

    private async Task ReopenAsync()
    {
        await store.DisposeAsync();
        store = await FileStores.OpenAsync(temp["data"], files: files);
    }

    private void FailOn(string operation, int errno, Func<string, bool>? path = null) =>
        files.Before = (_, at, file) => Fail(at == operation && path?.Invoke(file) != false, errno);

    private static void Fail(bool now, int errno)
    {
        if (now)
        {
            throw new IOException($"errno {errno}", errno);
        }
    }

    private void Heal() => files.Before = (_, _, _) => { };

    private DiskHold Hold(string operation) => new(files, operation);
}
