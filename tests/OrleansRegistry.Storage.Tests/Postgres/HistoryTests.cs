using Orleans.Storage;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Trust.Records;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>A database that goes back to an earlier state is another one, and is noticed; one that does not is not.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private TestDatabase? database;

    private TestDatabase Database => database!;

    /// <summary>So that the store looks only where something makes it look.</summary>
    private PostgresStoreOptions Seldom => Database.Options() with { FeedPollInterval = TimeSpan.FromMinutes(10) };

    private PostgresStoreOptions Often => Database.Options() with { FeedPollInterval = TimeSpan.FromMilliseconds(50) };

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    [Fact]
    public async Task A_restored_database_is_noticed_and_the_feed_begins_anew()
    {
        await using var store = await Database.OpenAsync(Seldom);
        await using var backup = await Database.BackUpAsync();
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(i, await store.PutAsync($"a{i}", 0, "1"));
        }

        await Database.RestoreAsync(backup);
        await Eventually.TrueAsync(() => store.History == 1, "another history to be noticed");
        Assert.Empty(await store.AllAsync());
        Assert.Equal(1, await store.PutAsync("new", 0, "2"));
        Assert.Equal("new", Assert.Single(await store.ChangesAsync(0)).Key.Id);
        Assert.Equal(1, store.History);
    }

    [Fact]
    public async Task Tables_that_are_put_back_under_living_connections_are_noticed_by_the_next_look()
    {
        await using var store = await Database.OpenAsync(Often);
        await store.PutAsync("a", 0, "1");
        await Database.KeepAsync();
        await store.PutAsync("b", 0, "1");
        var waiting = store.ReadChangesAsync(AgentKind.Kind, 2).AsTask();
        await Database.RollBackAsync();
        await Assert.ThrowsAsync<HistoryChangedException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("a", Assert.Single(await store.AllAsync()).Key.Id);
    }

    [Fact]
    public async Task The_first_write_notices_before_it_is_answered()
    {
        await using var store = await Database.OpenAsync(Seldom);
        await store.PutAsync("a", 0, "1");
        await Database.KeepAsync();
        await store.PutAsync("b", 0, "1");
        await Database.RollBackAsync();
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.PutAsync("new", 0, "1").AsTask());
        Assert.Equal(1, store.History);
        Assert.Equal(2, await store.PutAsync("new", 0, "1"));
    }

    [Fact]
    public async Task So_does_a_write_of_a_writer_that_lost_nothing()
    {
        await using var store = await Database.OpenAsync(Seldom);
        await using var other = await Database.OpenAsync(Seldom);
        await store.PutAsync("a", 0, "1");
        await Database.KeepAsync();
        await other.PutAsync("b", 0, "1");
        await other.PutAsync("c", 0, "1");
        await Eventually.TrueAsync(async () => await HasAsync(store, 3), "the other's writes to be heard");
        await Database.RollBackAsync();
        Assert.Equal(2, await store.PutAsync("new", 0, "1"));
        Assert.Equal(1, store.History);
    }

    [Fact]
    public async Task It_is_noticed_where_others_have_written_more_since_than_was_lost()
    {
        await using var store = await Database.OpenAsync(Seldom);
        await Database.KeepAsync();
        await using (var lost = await Database.OpenAsync())
        {
            await lost.PutAsync("a", 0, "1");
            await Eventually.TrueAsync(async () => await HasAsync(store, 1), "the write to be heard");
        }

        await Database.RollBackAsync();
        await using (var next = await Database.OpenAsync())
        {
            await next.PutAsync("b", 0, "1");
            await next.PutAsync("c", 0, "1");
        }

        await CutAsync();
        await Eventually.TrueAsync(() => store.History == 1, "another history to be noticed");
        Assert.Equal(["b", "c"], (await store.AllAsync()).Keys.Select(key => key.Id).Order());
    }

    [Fact]
    public async Task Lost_tasks_are_noticed_where_no_agent_is_lost()
    {
        await using var store = await Database.OpenAsync(Seldom);
        await using var idle = await Database.OpenAsync(Often);
        var first = await store.PutTaskAsync("t", Tasks.Fields(1));
        await Database.KeepAsync();
        var second = await store.PutTaskAsync("t", Tasks.Fields(2), first);
        await LooksAsync(idle);
        await Database.RollBackAsync();

        // What rests on the lost version is refused, whichever of the store's writers has it.
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.PutTaskAsync("t", Tasks.Fields(3), second).AsTask());
        await CutAsync();
        await Eventually.TrueAsync(() => (store.History, idle.History) == (1, 1), "both to notice");
        Assert.Equal(first, (await store.ReadAsync(TaskKind.Kind, Key("t")))!.Version);
        await store.PutTaskAsync("t", Tasks.Fields(3), first);
    }

    [Fact]
    public async Task What_one_feed_lost_ends_the_history_of_all_and_readers_that_wait_are_told()
    {
        await using var store = await Database.OpenAsync(Often);
        await store.PutAsync("a", 0, "1");
        await Database.KeepAsync();
        await store.WriteAsync(TrustKind.Kind, Key("key/1"), 0, Body("lost"));
        var agents = store.ReadChangesAsync(AgentKind.Kind, 1).AsTask();
        var trust = store.ReadChangesAsync(TrustKind.Kind, 1).AsTask();
        await Database.RollBackAsync();
        await Assert.ThrowsAsync<HistoryChangedException>(() => agents.WaitAsync(TimeSpan.FromSeconds(20)));
        await Assert.ThrowsAsync<HistoryChangedException>(() => trust.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(1, store.History);
        Assert.Equal(1, await store.WriteAsync(TrustKind.Kind, Key("key/2"), 0, Body("1")));
        Assert.Equal("key/2", Assert.Single((await store.ReadChangesAsync(TrustKind.Kind, 0)).Changes).Key.Id);
        Assert.Equal(1, (await store.ReadChangesAsync(AgentKind.Kind, 0)).Revision);
    }

    [Fact]
    public async Task A_database_without_its_counter_is_being_restored_and_cannot_answer()
    {
        await using var store = await Database.OpenAsync(Often);
        await store.PutAsync("a", 0, "1");
        await Database.KeepAsync();
        await Database.ExecuteAsync("DELETE FROM registry_revision");
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => store.CurrentRevisionAsync(AgentKind.Kind).AsTask());
        Assert.Equal(RegistryError.Unavailable, refusal.Error);
        await LooksAsync(store);
        Assert.Equal(0, store.History);
        await Database.RollBackAsync();
        await store.PutAsync("a", 1, "2");
        Assert.Equal(0, store.History);
    }

    [Fact]
    public async Task Writes_of_many_cut_connections_and_sweeps_are_one_history()
    {
        var often = Often with { FeedPollInterval = TimeSpan.FromMilliseconds(10), MaxRetries = 50, TombstoneAge = TimeSpan.FromMinutes(1) };
        var log = new LogCapture<PostgresStore>();
        await using var one = await Database.OpenAsync(often, log);
        await using var other = await Database.OpenAsync(often, log);
        using var ending = new CancellationTokenSource();
        var readers = new[] { one, other }.Select(store => Task.Run(async () =>
        {
            for (var revision = 0L; !ending.IsCancellationRequested;)
            {
                revision = (await store.ReadChangesAsync(AgentKind.Kind, revision, ending.Token)).Revision;
            }
        })).ToArray();
        var writing = new[] { one, other }.SelectMany((store, side) => Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var (agent, task) = (0L, 0L);
            for (var i = 0; i < 60; i++)
            {
                (agent, task) = (await store.PutAsync($"{side}.{writer}", agent, $"{i}"), await store.PutTaskAsync(
                    $"{side}.{writer}",
                    Tasks.Fields(i),
                    task));
            }
        }))).ToArray();
        for (var cut = 0; cut < 5; cut++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            await CutAsync();
            await one.SweepAsync(AgentKind.Kind, CancellationToken.None);
        }

        await Task.WhenAll(writing);
        await Database.ExecuteAsync("UPDATE registry_writers SET at = now() - interval '2 days'");
        await LooksAsync(one, other);
        await one.SweepAsync(AgentKind.Kind, CancellationToken.None);
        await LooksAsync(one, other);
        await one.PutAsync("last", 0, "1");
        Assert.DoesNotContain(log.Entries, entry => entry.Message.Contains("is not the database", StringComparison.Ordinal));
        Assert.Equal((0, 0), (one.History, other.History));
        await ending.CancelAsync();
        await Task.WhenAll(readers.Select(reader => Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader)));
    }

    private static async Task<bool> HasAsync(PostgresStore store, long revision)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        try
        {
            await store.ReadChangesAsync(AgentKind.Kind, revision - 1, patience.Token);
        }
        catch (OperationCanceledException)
        {
            // It has not come yet.
        }

        return store.PositionOf(AgentKind.Kind) >= revision;
    }

    /// <summary>Waits for a look of each that begins after this, where they look often.</summary>
    private static async Task LooksAsync(params PostgresStore[] stores)
    {
        foreach (var store in stores)
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Cuts the connections that listen, whose stores then look.</summary>
    private Task CutAsync() => Database.ExecuteAsync(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'orleans-registry' AND "
            + "pid <> pg_backend_pid()");
}
