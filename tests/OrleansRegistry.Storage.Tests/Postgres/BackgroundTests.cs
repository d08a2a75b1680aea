using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>
/// What the store does in the background survives what it meets in the database, and the store can be closed whatever became of it.
/// </summary>
public sealed class BackgroundTests : IAsyncLifetime
{
    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    [Fact]
    public async Task An_entry_of_the_log_that_cannot_be_read_stops_the_projection_only_until_it_is_gone()
    {
        var loops = new BackgroundLoops(TimeProvider.System, NullLogger.Instance);
        await using var store = new PostgresStore(Database.Options(), Kinds.All, NullLogger<PostgresStore>.Instance, loops);
        await store.OpenAsync(CancellationToken.None);
        await Database.ExecuteAsync("""
            WITH next AS (UPDATE registry_revision SET value = value + 1 WHERE kind = 'agent' RETURNING value)
            INSERT INTO agent_changes (revision, tenants, ids) SELECT value, ARRAY['acme'], ARRAY[NULL] FROM next
            """);
        await store.PutAsync("a", 0, "1");
        await Eventually.TrueAsync(() => loops.Failing.Count == 1, "the failure to be told");
        Assert.Contains("the filling of agent_cards", loops.Failing[0], StringComparison.Ordinal);
        await Database.ExecuteAsync("DELETE FROM agent_changes WHERE ids = ARRAY[NULL]");
        await Eventually.TrueAsync(async () => await Database.QueryAsync<long>("SELECT count(*) FROM agent_cards") == 1, "the projection to go on");
        await Eventually.TrueAsync(() => loops.Failing.Count == 0, "the failure to be over");
    }

    [Fact]
    public async Task Closing_closes_all_connections_whatever_became_of_the_background()
    {
        var loops = new BackgroundLoops(TimeProvider.System, NullLogger.Instance);
        var store = new PostgresStore(Database.Options(), Kinds.All, NullLogger<PostgresStore>.Instance, loops);
        await store.OpenAsync(CancellationToken.None);
        await Database.ExecuteAsync(
            "INSERT INTO agent_changes (revision, tenants, ids) VALUES (1, ARRAY['acme'], ARRAY[NULL]); UPDATE registry_revision SET value = 1");
        await store.PutAsync("a", 0, "1");
        await Eventually.TrueAsync(() => loops.Failing.Count == 1, "the projection to fail");
        await store.DisposeAsync();
        await AllClosedAsync();
    }

    [Fact]
    public async Task Closing_at_any_moment_after_the_start_closes_all_connections()
    {
        for (var round = 0; round < 15; round++)
        {
            var store = await Database.OpenAsync();
            await Task.Delay(round, CancellationToken.None);
            await store.DisposeAsync();
        }

        await AllClosedAsync();
    }

    private Task AllClosedAsync() => Eventually.TrueAsync(
        async () => await Database.QueryAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'orleans-registry'") == 0,
        "the connections to be closed");
}
