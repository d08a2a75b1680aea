using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Storage;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>What the server, or the way to it, does to a store.</summary>
public sealed partial class FaultTests : IAsyncLifetime
{
    private readonly LogCapture<PostgresStore> log = new();
    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Assert.DoesNotContain(log.Entries, entry => entry.Message.Contains(Database.Settings.Password!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Cut.BeforeRequest)]
    [InlineData(Cut.WithinRequest)]
    [InlineData(Cut.BeforeAnswer)]
    public async Task A_write_whose_connection_is_cut_is_answered_right(Cut cut)
    {
        using var proxy = Proxy();
        await using var store = await Database.OpenAsync(Through(proxy), log);
        var first = await store.PutAsync("a", 0, "1");
        for (var i = 0; i < 5; i++)
        {
            proxy.CutAt($"cut-me-{i}", cut);
            var writes = Enumerable.Range(0, 20).Select(n => store.PutAsync($"{i}.{n}", 0, n == 10 ? $"cut-me-{i}" : "1").AsTask()).ToArray();
            var revisions = await Task.WhenAll(writes);
            Assert.Equal(Enumerable.Range(0, 20).Select(n => first + (20 * i) + n + 1), revisions.Order());
        }

        Assert.Equal(5, proxy.Cuts);
        Assert.Contains(
            log.Entries,
            entry => entry.Message.Contains(cut == Cut.BeforeAnswer ? "read back: stored" : "read back: not stored", StringComparison.Ordinal));
        Assert.Equal(first + 100, await store.CurrentRevisionAsync(AgentKind.Kind));
        Assert.Equal(101, (await store.AllAsync()).Count);
        Assert.Equal(await store.AllAsync(), (await store.ChangesAsync(0)).ToDictionary(
            change => change.Key, change => new StoredRecord(change.Key, change.Revision, change.Body!.Value)));
    }

    [Theory]
    [InlineData(Cut.BeforeRequest)]
    [InlineData(Cut.WithinRequest)]
    [InlineData(Cut.BeforeAnswer)]
    public async Task A_write_of_tasks_whose_connection_is_cut_is_answered_right(Cut cut)
    {
        using var proxy = Proxy();
        await using var store = await Database.OpenAsync(Through(proxy), log);
        var versions = new long[20];
        for (var i = 0; i < 5; i++)
        {
            proxy.CutAt($"cut-me-{i}", cut);
            var writes = versions.Select(
                (version, n) => store.WriteAsync(TaskKind.Kind, Key($"t{n}"), version, Body(n == 10 ? $"cut-me-{i}" : $"{i}")).AsTask()).ToArray();
            var written = await Task.WhenAll(writes);
            Assert.All(written.Zip(versions), version => Assert.True(version.First > version.Second));
            versions = written;
        }

        Assert.Equal(5, proxy.Cuts);
        Assert.Contains(
            log.Entries,
            entry => entry.Message.Contains(cut == Cut.BeforeAnswer ? "read back: stored" : "read back: not stored", StringComparison.Ordinal));
        for (var n = 0; n < versions.Length; n++)
        {
            Assert.Equal(
                new StoredRecord(Key($"t{n}"), versions[n], Body(n == 10 ? "cut-me-4" : "4")),
                await store.ReadAsync(TaskKind.Kind, Key($"t{n}")));
        }

        await Task.WhenAll(versions.Select((version, n) => store.DeleteAsync(TaskKind.Kind, Key($"t{n}"), version).AsTask()));
        Assert.Equal(0, await Database.QueryAsync<long>("SELECT count(*) FROM task_records"));
    }

    [Fact]
    public async Task A_process_that_is_frozen_while_it_sends_holds_up_no_other()
    {
        using var proxy = Proxy();
        await using var store = await Database.OpenAsync(Through(proxy), log);
        await using var other = await Database.OpenAsync();
        var first = await store.PutAsync("a", 0, "1");
        proxy.CutAt("cut-me", Cut.Held);
        var writing = store.PutAsync("a", first, "cut-me").AsTask();
        await Eventually.TrueAsync(() => proxy.Cuts == 1, "the process to be frozen");
        var second = await other.PutAsync("b", 0, "1").AsTask().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(first + 1, second);
        Assert.False(writing.IsCompleted);
        proxy.CutAll();
        Assert.Equal(second + 1, await writing);
    }

    [Fact]
    public async Task A_write_that_was_committed_is_answered_so_though_another_has_overtaken_it()
    {
        using var proxy = Proxy();
        await using var store = await Database.OpenAsync(Through(proxy) with { RetryDelay = TimeSpan.FromSeconds(1) }, log);
        await using var other = await Database.OpenAsync();
        await store.PutAsync("warm", 0, "1");
        proxy.CutAt("cut-me", Cut.BeforeAnswer);
        proxy.CutAll();
        var writing = store.PutAsync("a", 0, "cut-me");
        await Eventually.TrueAsync(async () => await other.GetAsync("a") is not null, "the commit");
        var overtaking = other.PutAsync("a", 2, "newer");
        Assert.Equal(2, await writing);
        Assert.Equal(3, await overtaking);
        Assert.Equal(Body("newer"), (await store.GetAsync("a"))!.Body);
    }

    [Fact]
    public async Task Where_the_outcome_cannot_be_read_back_it_is_unknown_and_what_is_read_then_is_final()
    {
        using var proxy = Proxy();
        await using var store = await Database.OpenAsync(Through(proxy), log);
        await store.PutAsync("warm", 0, "1");
        proxy.CutAt("cut-me", Cut.BeforeAnswer);
        var writing = store.PutAsync("a", 0, "cut-me").AsTask();
        await Eventually.TrueAsync(() => proxy.Cuts == 1, "the cut");
        proxy.Down = true;
        proxy.CutAll();
        try
        {
            Assert.Equal(2, await writing);
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            Assert.DoesNotContain("127.0.0.1", unknown.Message);
        }

        proxy.Down = false;
        Assert.Equal(2, (await store.GetAsync("a"))!.Version);
        Assert.Equal(3, await store.PutAsync("a", 2, "2"));
    }

    [Fact]
    public async Task Connections_cut_at_any_moment_under_load_make_no_answer_wrong()
    {
        using var proxy = Proxy();
        await using var store = await Database.OpenAsync(Through(proxy), log);
        var load = new WriteLoad(store, 24);
        load.Start();
        for (var round = 0; round < 40; round++)
        {
            await load.AcknowledgesAsync(30 + (round * 7 % 50));
            proxy.CutAll();
        }

        await load.AcknowledgesAsync(200);
        await load.StopAndCheckAsync();
        await LeaksNothingAsync(store, Database);
    }

    [Fact]
    public async Task A_server_that_is_killed_under_load_loses_nothing_and_all_goes_on_by_itself()
    {
        await using var server = await TestServer.PrivateAsync();
        await using var own = await TestDatabase.CreateEmptyAsync(server.Url);
        var options = own.Options() with { RetryDelay = TimeSpan.FromMilliseconds(100), FeedPollInterval = TimeSpan.FromMilliseconds(200) };
        var store = await own.OpenAsync(options, log);
        var follower = await own.OpenAsync(options);
        var load = new WriteLoad(store, 32);
        load.Start();
        for (var round = 0; round < 3; round++)
        {
            await load.AcknowledgesAsync(500);
            await server.KillAsync();
            await server.StartAsync();
        }

        await load.AcknowledgesAsync(500);
        await load.StopAndCheckAsync();
        Assert.Equal(
            (await store.AllAsync()).Values.Max(record => record.Version), (await follower.ChangesAsync(0))[^1].Revision);
        Assert.Equal((0, 0), (store.History, follower.History));
        await follower.DisposeAsync();
        await LeaksNothingAsync(store, own);
    }

    [Fact]
    public async Task A_read_only_server_refuses_writes_with_its_name_and_still_reads()
    {
        await using var store = await Database.OpenAsync(logger: log);
        await store.PutAsync("a", 0, "1");
        await Database.ExecuteAsync($"ALTER DATABASE {Database.Settings.Database} SET default_transaction_read_only = on");
        await Database.ExecuteAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

        var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("a", 1, "2"));
        Assert.Equal((RegistryError.Unavailable, true), (refusal.Error, refusal.RetryAfter > TimeSpan.Zero));
        Assert.Contains("read-only", refusal.Message);
        Assert.Equal(1, (await store.GetAsync("a"))!.Version);
    }

    [Theory]
    [InlineData("53100", RegistryError.StorageFull, "disk is full")]
    [InlineData("53200", RegistryError.Unavailable, "out of memory")]
    public async Task A_server_without_room_says_so_and_stores_nothing(string code, RegistryError error, string text)
    {
        await using var store = await Database.OpenAsync(logger: log);
        await RaiseAsync($"RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{code}'");
        var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("a", 0, "1"));
        Assert.Equal(error, refusal.Error);
        Assert.Contains(text, refusal.Message);
        await Database.ExecuteAsync("DROP TRIGGER raises ON agents");
        Assert.Equal(1, await store.PutAsync("a", 0, "1"));
    }

    [Theory]
    [InlineData("40001")]
    [InlineData("40P01")]
    public async Task A_serialization_failure_and_a_deadlock_are_tried_again(string code)
    {
        await using var store = await Database.OpenAsync(logger: log);
        await Database.ExecuteAsync("CREATE SEQUENCE tries");
        await RaiseAsync($"IF nextval('tries') <= 2 THEN RAISE EXCEPTION 'again' USING ERRCODE = '{code}'; END IF; RETURN NEW");
        Assert.Equal(1, await store.PutAsync("a", 0, "1"));
        Assert.Equal(2, log.Entries.Count(entry => entry.Message.Contains("again", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_document_that_the_server_refuses_fails_alone()
    {
        await using var store = await Database.OpenAsync(logger: log);
        await RaiseAsync("IF NEW.id = 'poison' THEN RAISE EXCEPTION 'not this one' USING ERRCODE = '22023'; END IF; RETURN NEW");
        var writes = Enumerable.Range(0, 300).Select(i => store.PutAsync(i == 137 ? "poison" : $"a{i}", 0, "1").AsTask()).ToArray();
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => writes[137]);
        Assert.Equal(RegistryError.Invalid, refusal.Error);
        Assert.Contains("'poison'", refusal.Message);
        Assert.Equal(Enumerable.Range(1, 299).Select(i => (long)i), (await Task.WhenAll(writes.Where((_, i) => i != 137))).Order());
    }

    [Theory]
    [InlineData("""{"name":"n","x":"\u0000"}""", null)]
    [InlineData("""{"name":"n","x":"\ud800"}""", null)]
    [InlineData("""{"name":"n","x":1e999999}""", null)]
    [InlineData("""{"name":"n","x":"\\u0000 \ud83d\ude42"}""", true)]
    public async Task A_card_that_jsonb_cannot_take_is_kept_whole_and_its_query_column_empty(string card, bool? queried)
    {
        await using var store = await Database.OpenAsync(logger: log);
        var body = new RecordBody(Json(card), Json("{}"));
        await Task.WhenAll(
            store.WriteAsync(AgentKind.Kind, Key("odd"), 0, body).AsTask(), store.PutAsync("other", 0, "1").AsTask());
        Assert.Equal(body, (await store.GetAsync("odd"))!.Body);
        await Eventually.TrueAsync(
            async () => await Database.QueryAsync<long>("SELECT count(*) FROM agent_cards") == 2,
            "both in the table for queries");
        Assert.Equal(queried is null ? 1 : 2, await Database.QueryAsync<long>("SELECT count(*) FROM agent_cards WHERE card ? 'name'"));
    }

    [Fact]
    public async Task A_queue_that_is_full_says_busy()
    {
        await using var store = await Database.OpenAsync(Database.Options() with { MaxQueuedWrites = 50 });
        await using var locker = new NpgsqlConnection(Database.Settings.ConnectionString);
        await locker.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await locker.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand("LOCK TABLE agents IN EXCLUSIVE MODE", locker, transaction))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var writes = Enumerable.Range(0, 200).Select(i => Task.Run(async () => await store.PutAsync($"a{i}", 0, "1"))).ToArray();
        await Eventually.TrueAsync(() => writes.Any(write => write.IsFaulted), "a refusal");
        var refusal = Assert.IsType<RegistryException>(writes.First(write => write.IsFaulted).Exception!.InnerException);
        Assert.Equal((RegistryError.Busy, TimeSpan.FromSeconds(1)), (refusal.Error, refusal.RetryAfter));
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
    }

    private static async Task LeaksNothingAsync(PostgresStore store, TestDatabase database)
    {
        const string Open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'orleans-registry'";
        await store.PutAsync("after", 0, "1");
        Assert.InRange(await database.QueryAsync<long>(Open), 1, 2 * 10);
        await Eventually.TrueAsync(
            async () => await database.QueryAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'") == 0,
            "no transaction left open");
        await store.DisposeAsync();
        await Eventually.TrueAsync(async () => await database.QueryAsync<long>(Open) == 0, "its connections to end");
    }

    private Task RaiseAsync(string body) => Database.ExecuteAsync(
        $"CREATE FUNCTION raises() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; END $$; "
        + "CREATE TRIGGER raises BEFORE INSERT OR UPDATE ON agents FOR EACH ROW EXECUTE FUNCTION raises()");

    private CuttingProxy Proxy() => new(Database.Settings.Host!, Database.Settings.Port);

    private PostgresStoreOptions Through(CuttingProxy proxy) => Database.Options() with
    {
        ConnectionString = new Npgsql.NpgsqlConnectionStringBuilder(Database.Settings.ConnectionString)
        {
            Host = "127.0.0.1", Port = proxy.Port, SslMode = Npgsql.SslMode.Disable,
        }.ConnectionString,
    };
}
