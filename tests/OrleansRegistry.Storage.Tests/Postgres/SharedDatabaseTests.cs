using Orleans.Storage;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Trust.Records;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>Two stores on one database, as two processes have it.</summary>
public sealed class SharedDatabaseTests : IAsyncLifetime
{
    private TestDatabase? database;
    private PostgresStore? one;
    private PostgresStore? other;

    private TestDatabase Database => database!;

    private PostgresStore One => one!;

    private PostgresStore Other => other!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        (one, other) = (await Database.OpenAsync(), await Database.OpenAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
        await Database.DisposeAsync();
    }

    [Fact]
    public async Task Each_sees_the_changes_of_the_other_in_order()
    {
        const int Agents = 20, Rounds = 25;
        var followers = new[] { One, Other }.Select(store => Task.Run(async () =>
        {
            var (known, revision) = (new Dictionary<RecordKey, (long, RecordBody)>(), 0L);
            while (revision < 2 * Agents * Rounds)
            {
                var batch = await store.ReadChangesAsync(AgentKind.Kind, revision);
                foreach (var change in batch.Changes)
                {
                    Assert.True(change.Revision > revision);
                    (revision, known[change.Key]) = (change.Revision, (change.Revision, change.Body!.Value));
                }
            }

            return known;
        })).ToArray();
        await Task.WhenAll(new[] { One, Other }.SelectMany((store, side) => Enumerable.Range(0, Agents).Select(agent => Task.Run(async () =>
        {
            var version = 0L;
            for (var i = 0; i < Rounds; i++)
            {
                version = await store.PutAsync($"{side}.{agent}", version, $"{i}");
            }
        }))));

        var stored = (await One.AllAsync()).ToDictionary(entry => entry.Key, entry => (entry.Value.Version, entry.Value.Body));
        Assert.All(await Task.WhenAll(followers), known => Assert.Equal(stored, known));
    }

    [Fact]
    public async Task A_state_read_at_a_revision_is_never_older_than_it()
    {
        var (known, revision) = (new Dictionary<string, long>(StringComparer.Ordinal), 0L);
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(agent => Task.Run(async () =>
        {
            var version = 0L;
            for (var i = 0; i < 40; i++)
            {
                version = await (i % 2 == 0 ? One : Other).PutAsync($"a{agent}", version, $"{i}");
                lock (known)
                {
                    Assert.True(revision < version || known[$"a{agent}"] >= version, "The follower passed a revision without the change that it is.");
                }
            }
        })));
        while (revision < 320)
        {
            var batch = await Other.ReadChangesAsync(AgentKind.Kind, revision);
            lock (known)
            {
                foreach (var change in batch.Changes)
                {
                    known[change.Key.Id] = change.Revision;
                }

                revision = batch.Revision;
            }
        }

        await writing;
    }

    [Fact]
    public async Task Of_two_that_create_or_change_the_same_one_wins()
    {
        for (var i = 0; i < 40; i++)
        {
            var created = await Task.WhenAll(TryAsync(One, $"a{i}", 0), TryAsync(Other, $"a{i}", 0));
            var version = Assert.Single(created, answer => answer > 0);
            var changed = await Task.WhenAll(TryAsync(One, $"a{i}", version), TryAsync(Other, $"a{i}", version));
            Assert.Single(changed, answer => answer > 0);
        }

        Assert.Equal(80, await One.CurrentRevisionAsync(AgentKind.Kind));
    }

    [Fact]
    public async Task A_lost_notification_hangs_nobody()
    {
        await using var deaf = await Database.OpenAsync(Database.Options() with { FeedPollInterval = TimeSpan.FromMilliseconds(50) });
        var waiting = deaf.ReadChangesAsync(AgentKind.Kind, 0).AsTask();
        await Database.ExecuteAsync(
            """
            INSERT INTO agents (tenant, id, version, document) VALUES ('acme', 'quiet', 1, '1');
            INSERT INTO agent_changes (revision, tenants, ids) VALUES (1, '{acme}', '{quiet}');
            UPDATE registry_revision SET value = 1
            """);
        Assert.Equal("quiet", Assert.Single((await waiting.WaitAsync(TimeSpan.FromSeconds(20))).Changes).Key.Id);
    }

    [Fact]
    public async Task Each_kind_has_its_own_revisions_and_readers_over_one_connection_that_listens()
    {
        await ListensAsync(2);
        var agents = Other.ReadChangesAsync(AgentKind.Kind, 0).AsTask();
        var trust = Other.ReadChangesAsync(TrustKind.Kind, 0).AsTask();
        Assert.Equal(1, await One.WriteAsync(TrustKind.Kind, Key("key/1"), 0, Body("1")));
        Assert.Equal("key/1", Assert.Single((await trust.WaitAsync(TimeSpan.FromSeconds(20))).Changes).Key.Id);
        Assert.Equal(0, await Other.CurrentRevisionAsync(AgentKind.Kind));
        Assert.False(agents.IsCompleted);
        Assert.Equal(1, await One.PutAsync("a", 0, "1"));
        Assert.Equal("a", Assert.Single((await agents.WaitAsync(TimeSpan.FromSeconds(20))).Changes).Key.Id);
    }

    [Fact]
    public async Task A_listener_whose_connection_is_cut_listens_again()
    {
        await ListensAsync(2);
        await Database.ExecuteAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");
        var waiting = Other.ReadChangesAsync(AgentKind.Kind, 0).AsTask();
        await One.PutAsync("a", 0, "1");
        Assert.Equal(1, (await waiting.WaitAsync(TimeSpan.FromSeconds(20))).Revision);
        await ListensAsync(2);
    }

    [Fact]
    public async Task Deletions_are_told_until_they_are_old_and_then_the_reader_starts_over()
    {
        await One.PutAsync("kept", 0, "1");
        await One.DropAsync("gone", await One.PutAsync("gone", 0, "1"));
        await One.DropAsync("young", await One.PutAsync("young", 0, "1"));
        Assert.Equal(["kept", "gone", "young"], (await ReadAsync(0)).Select(change => change.Key.Id));

        await Database.ExecuteAsync("UPDATE agents SET deleted_at = deleted_at - interval '25 hours' WHERE id = 'gone'");
        await Task.WhenAll(One.SweepAsync(AgentKind.Kind, CancellationToken.None), Other.SweepAsync(AgentKind.Kind, CancellationToken.None));
        await Assert.ThrowsAsync<RevisionCompactedException>(() => ReadAsync(2));
        Assert.Equal((5, "young"), Assert.Single((await ReadAsync(3)).Select(change => (change.Revision, change.Key.Id))));
        Assert.Equal(6, await One.PutAsync("gone", 0, "again"));

        async Task<IReadOnlyList<RecordChange>> ReadAsync(long revision)
        {
            await using var late = await Database.OpenAsync();
            return (await late.ReadChangesAsync(AgentKind.Kind, revision)).Changes;
        }
    }

    private Task ListensAsync(long stores) => Eventually.TrueAsync(
        async () => await Database.QueryAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'") == stores,
        "the listeners");

    private static async Task<long> TryAsync(IRecordStore store, string id, long expected)
    {
        try
        {
            return await store.PutAsync(id, expected, "1");
        }
        catch (InconsistentStateException)
        {
            return 0;
        }
    }
}
