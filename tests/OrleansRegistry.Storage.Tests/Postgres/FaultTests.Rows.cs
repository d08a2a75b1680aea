using Npgsql;
using Orleans.Storage;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Postgres;

// What a batch does to the rows that it finds.
public sealed partial class FaultTests
{
    [Fact]
    public async Task Conflicts_in_a_batch_leave_no_gap_in_its_revisions()
    {
        await using var store = await Database.OpenAsync(Database.Options(), log);
        var versions = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => store.PutAsync($"a{i}", 0, "1").AsTask()));
        var before = await store.CurrentRevisionAsync(AgentKind.Kind);
        await RaiseAsync("PERFORM pg_sleep(0.01); RETURN NEW");

        // All but the first wait for it, and are one batch: updates, a third of them of an old version, and agents that are new.
        static bool IsOld(int i) => i < 30 && i % 3 == 1;
        var writes = Enumerable.Range(0, 40)
            .Select(i => store.PutAsync($"a{i}", i >= 30 ? 0 : IsOld(i) ? versions[i] + 1000 : versions[i], "2").AsTask())
            .ToArray();
        var revisions = new List<long>();
        for (var i = 0; i < 40; i++)
        {
            if (IsOld(i))
            {
                await Assert.ThrowsAsync<InconsistentStateException>(() => writes[i]);
                Assert.Equal(new StoredRecord(Key($"a{i}"), versions[i], Body("1")), await store.GetAsync($"a{i}"));
                continue;
            }

            revisions.Add(await writes[i]);
            Assert.Equal(new StoredRecord(Key($"a{i}"), revisions[^1], Body("2")), await store.GetAsync($"a{i}"));
        }

        Assert.Equal(Enumerable.Range(1, 30).Select(i => before + i), revisions.Order());
        Assert.Equal(before + 30, await store.CurrentRevisionAsync(AgentKind.Kind));
    }

    [Fact]
    public async Task A_row_that_is_changed_by_hand_while_it_is_written_is_written()
    {
        await using var store = await Database.OpenAsync(Database.Options(), log);
        var first = await store.PutAsync("a", 0, "1");
        await using var source = NpgsqlDataSource.Create(Database.Settings);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var change = new NpgsqlCommand("UPDATE agents SET long_id = NULL WHERE id = 'a'", connection, transaction))
        {
            Assert.Equal(1, await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        var writes = Task.WhenAll(store.PutAsync("a", first, "2").AsTask(), store.PutAsync("b", 0, "2").AsTask());
        await Eventually.TrueAsync(
            async () => await Database.QueryAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0,
            "the write to wait for the row");
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await writes;
        Assert.Equal(Body("2"), (await store.GetAsync("a"))!.Body);
        Assert.Equal(Body("2"), (await store.GetAsync("b"))!.Body);
        Assert.Equal(first + 2, await store.CurrentRevisionAsync(AgentKind.Kind));
        Assert.DoesNotContain(log.Entries, entry => entry.Message.Contains("rows were changed beside a batch", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("UPDATE agents SET version = version + 1 WHERE id = 'there'", "there")]
    [InlineData("UPDATE agents SET version = version + 1, document = NULL, deleted_at = now() WHERE id = 'there'", "there")]
    [InlineData("INSERT INTO agents (tenant, id, version, document, fields) SELECT tenant, 'new', version + 1, document, fields FROM agents WHERE "
        + "id = 'there'", "new")]
    [InlineData("UPDATE agents SET version = version + 1, document = '1', deleted_at = NULL WHERE id = 'gone'", "gone")]
    public async Task A_write_that_waits_for_another_process_is_judged_by_what_that_one_did(string change, string id)
    {
        await using var store = await Database.OpenAsync(Database.Options(), log);
        var first = await store.PutAsync("there", 0, "1");
        await store.DropAsync("gone", await store.PutAsync("gone", 0, "1"));
        await using var source = NpgsqlDataSource.Create(Database.Settings);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var other = new NpgsqlCommand(
            $"UPDATE registry_revision SET value = value + 1 WHERE kind = 'agent'; {change}",
            connection,
            transaction))
        {
            Assert.Equal(2, await other.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        var write = store.PutAsync(id, id == "there" ? first : 0, "2").AsTask();
        await Eventually.TrueAsync(
            async () => await Database.QueryAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0,
            "the write to wait for the counter");
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InconsistentStateException>(() => write);
        Assert.NotEqual(Body("2"), (await store.GetAsync(id))?.Body);

        var revision = await store.CurrentRevisionAsync(AgentKind.Kind);
        Assert.Equal(revision + 1, await store.PutAsync("other", 0, "2"));
    }

    [Fact]
    public async Task A_write_that_a_trigger_leaves_out_is_not_answered_as_stored()
    {
        await using var store = await Database.OpenAsync(Database.Options() with { MaxRetries = 1 }, log);
        var first = await store.PutAsync("a", 0, "1");
        await RaiseAsync("RETURN NULL");
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => store.PutAsync("a", first, "2").AsTask());
        Assert.Equal(RegistryError.Unavailable, refusal.Error);
        Assert.Equal((first, Body("1")), (await store.CurrentRevisionAsync(AgentKind.Kind), (await store.GetAsync("a"))!.Body));
    }
}
