using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans.Storage;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.AdoNet;

/// <summary>What the triggers make of the provider's rows, and what they refuse.</summary>
public sealed class ProjectionTests : IAsyncLifetime
{
    private const string Card =
        """{ "name":"weather\u0000er", "tags":["sky","sea"], "price": 1.00, "skills":[{"id":"s1","name":"Tide","tags":["moon"]}] }""";

    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAdoNetAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    [Theory]
    [InlineData(Card)]
    [InlineData("""{"name":"plain","tags":["sky"],"price":1.0}""")]
    [InlineData("""{"name":"no card at all? ,\"document\":{}","document":{"fields":1}}""")]
    [InlineData("[1, 2]")]
    public async Task The_row_of_an_agent_is_the_one_that_the_plain_store_makes(string card)
    {
        var body = new RecordBody(
            Json(card),
            Json("""{"enabled":true,"created_at":"2026-01-02T03:04:05.678+00:00","updated_at":"2026-01-02T03:04:06+00:00"}"""));
        await using var plain = await TestDatabase.CreateAsync();
        await using (var store = await plain.OpenAsync())
        {
            await store.WriteAsync(AgentKind.Kind, Key("a"), 0, body);
        }

        await using (var store = await OpenAsync())
        {
            await store.WriteAsync(AgentKind.Kind, Key("a"), 0, body);
        }

        const string Row = "SELECT row_to_json(agents)::text FROM agents";
        Assert.Equal(await plain.QueryAsync<string>(Row), await Database.QueryAsync<string>(Row));
    }

    [Fact]
    public async Task Where_jsonb_cannot_hold_a_card_the_other_columns_are_filled()
    {
        const string Huge = """{"name":"huge","tags":["big"],"price":1e999999}""";
        await using var store = await OpenAsync();
        await store.WriteAsync(AgentKind.Kind, Key("a"), 0, new RecordBody(Json(Huge), default));
        Assert.Equal(Huge, (await store.GetAsync("a"))!.Body.Document.ToString());
        await Eventually.TrueAsync(
            async () => await Database.QueryAsync<long>(
                "SELECT count(*) FROM agent_cards WHERE card IS NULL AND name = 'huge' AND tags = '{big}'") == 1, "the columns");
    }

    [Fact]
    public async Task A_removed_agent_leaves_a_tombstone_and_can_come_back()
    {
        await using var store = await OpenAsync();
        await store.PutAsync("a", 0, "1");
        Assert.Equal(2, await store.DropAsync("a", 1));
        Assert.Equal(1L, await Database.QueryAsync<long>(
            "SELECT count(*) FROM agents WHERE document IS NULL AND fields IS NULL AND version = 2 AND deleted_at IS NOT NULL"));
        Assert.Equal(3, await store.PutAsync("a", 0, "2"));
        Assert.Equal(1L, await Database.QueryAsync<long>("SELECT count(*) FROM orleansstorage"));
        Assert.Equal(
            1L,
            await Database.QueryAsync<long>("SELECT count(*) FROM agents WHERE document IS NOT NULL AND version = 3 AND deleted_at IS NULL"));
    }

    [Fact]
    public async Task A_row_deleted_by_hand_is_a_removal_too()
    {
        await using var store = await OpenAsync();
        await store.PutAsync("a", 0, "1");
        await Database.ExecuteAsync("DELETE FROM orleansstorage");
        Assert.Equal([new RecordChange(Key("a"), 2, null)], (await store.ReadChangesAsync(AgentKind.Kind, 1)).Changes);
        Assert.Null(await store.GetAsync("a"));
    }

    [Fact]
    public async Task Of_64_first_writers_in_two_processes_one_wins_and_there_is_one_row()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        for (var round = 0; round < 20; round++)
        {
            var id = $"a{round}";
            var writes = Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
            {
                try
                {
                    return await (i % 2 == 0 ? first : second).PutAsync(id, 0, $"{i}");
                }
                catch (InconsistentStateException conflict)
                {
                    Assert.NotEqual("", conflict.StoredEtag);
                    return 0;
                }
            }));
            Assert.Equal(round + 1, Assert.Single(await Task.WhenAll(writes), revision => revision > 0));
        }

        Assert.Equal(20L, await Database.QueryAsync<long>("SELECT count(*) FROM orleansstorage"));
        Assert.Equal(20, await first.CurrentRevisionAsync(AgentKind.Kind));
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(uint.MaxValue)]
    [InlineData(5L * uint.MaxValue)]
    public async Task Revisions_go_on_beyond_what_the_providers_version_holds(long reached)
    {
        await using (var store = await OpenAsync())
        {
            await store.PutAsync("old", 0, "1");
            await Database.ExecuteAsync($"UPDATE registry_revision SET value = {reached - 3}");
        }

        await using var again = await OpenAsync();
        var version = 0L;
        for (var i = 1; i <= 6; i++)
        {
            version = await again.PutAsync("a", version, $"{i}");
            Assert.Equal(reached - 3 + i, version);
            Assert.Equal(version, (await again.GetAsync("a"))!.Version);
        }

        Assert.Equal(1, (await again.GetAsync("old"))!.Version);
        Assert.Equal(version + 1, await again.PutAsync("old", 1, "2"));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await again.PutAsync("a", version - 1, "late"));
    }

    [Theory]
    [InlineData("'nonsense'")]
    [InlineData("'{\"fields\":null,,}'")]
    [InlineData("''")]
    public async Task A_payload_that_cannot_be_projected_fails_as_a_whole(string payload)
    {
        await using var store = await OpenAsync();
        await store.PutAsync("a", 0, "1");
        foreach (var statement in new[]
        {
            $"UPDATE orleansstorage SET payloadbinary = {payload}",
            $"INSERT INTO orleansstorage VALUES (1, 0, 0, 1, 'agent', 't/acme/b', 'orleans-registry', {payload}, now(), 1)",
            "INSERT INTO orleansstorage VALUES (1, 0, 0, 1, 'agent', 'no-key', 'orleans-registry', '{}', now(), 1)",
        })
        {
            await Assert.ThrowsAsync<PostgresException>(() => Database.ExecuteAsync(statement));
        }

        Assert.Equal(new StoredRecord(Key("a"), 1, Body("1")), await store.GetAsync("a"));
        Assert.Equal(1, await store.CurrentRevisionAsync(AgentKind.Kind));
    }

    [Fact]
    public async Task A_write_that_a_trigger_refuses_is_refused_as_a_whole_and_says_why()
    {
        await using var store = await OpenAsync();
        await Database.ExecuteAsync("ALTER TABLE agents ADD CHECK (position('poison' IN convert_from(document, 'UTF8')) = 0)");
        var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("a", 0, "poison"));
        Assert.Equal(RegistryError.Invalid, refusal.Error);
        Assert.Contains("Nothing was stored", refusal.Message);
        Assert.Null(await store.GetAsync("a"));
        Assert.Equal(1, await store.PutAsync("a", 0, "2"));
    }

    [Fact]
    public async Task The_two_ways_of_writing_do_not_mix_in_one_database()
    {
        await using (var store = await OpenAsync())
        {
            await store.PutAsync("a", 0, "1");
        }

        await using var plain = await Database.OpenAsync();
        Assert.Equal(Body("1"), (await plain.GetAsync("a"))!.Body);
        var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await plain.PutAsync("b", 0, "1"));
        Assert.Contains("STORAGE_TYPE=adonet", refusal.InnerException!.Message);

        await using var other = await TestDatabase.CreateAsync();
        await using (var store = await other.OpenAsync())
        {
            await store.PutAsync("a", 0, "1");
        }

        await using var late = new AdoNetStore(other.Options(), AgentKind.Kind, Kinds.All, NullLoggerFactory.Instance);
        var stop = await Assert.ThrowsAsync<StoreStartException>(() => late.OpenAsync(CancellationToken.None));
        Assert.Contains("STORAGE_TYPE=postgres", stop.Message);
    }

    [Fact]
    public async Task Without_the_right_to_migrate_the_missing_migration_is_named()
    {
        await using var plain = await TestDatabase.CreateAsync();
        await using var store = new AdoNetStore(
            plain.Options() with { RunMigrations = false },
            AgentKind.Kind,
            Kinds.All,
            NullLoggerFactory.Instance);
        var stop = await Assert.ThrowsAsync<StoreStartException>(() => store.OpenAsync(CancellationToken.None));
        Assert.Contains("0001_storage", stop.Message);
    }

    private async Task<AdoNetStore> OpenAsync()
    {
        var store = new AdoNetStore(Database.Options(), AgentKind.Kind, Kinds.All, NullLoggerFactory.Instance);
        await store.OpenAsync(CancellationToken.None);
        return store;
    }
}
