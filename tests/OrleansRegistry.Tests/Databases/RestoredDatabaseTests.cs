using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Tests.Tasks;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Databases;

/// <summary>A registry whose database goes back to an earlier state: nothing that was lost is served, or built upon.</summary>
public sealed class RestoredDatabaseTests : IAsyncLifetime
{
    private readonly Caller me = TestRegistry.NewCaller();
    private TestDatabase? database;
    private StoreProbe? store;
    private RegistryHost? host;

    private TestDatabase Database => database!;

    private StoreProbe Store => store!;

    private RegistryHost Registry => host!;

    public async ValueTask InitializeAsync()
    {
        TestServer.SkipWhereMissing();
        database = await TestDatabase.CreateAsync();
        (host, store) = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await Registry.DisposeAsync();
            await Store.DisposeAsync();
            await Database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Agents_that_were_lost_are_gone_and_new_ones_are_found_and_readiness_tells_of_it()
    {
        var loading = new TaskCompletionSource();
        await using var backup = await Database.BackUpAsync();
        for (var i = 1; i <= 3; i++)
        {
            await Registry.Agents.RegisterAsync(me, Cards.Registration($"lost-{i}"));
        }

        // The backup has cut all connections.
        await Eventually.TrueAsync(async () => (await Ready()).Status == HealthStatus.Healthy, "all that runs in the background to go on");
        Store.BeforeSnapshot = () => loading.Task;
        await Database.RestoreAsync(backup);
        await Eventually.TrueAsync(async () => (await Ready()).Entries["registry.directory"].Status == HealthStatus.Unhealthy, "readiness to fail");
        Assert.Contains("went back", (await Ready()).Entries["registry.directory"].Description!, StringComparison.Ordinal);

        // A write is answered once it is seen, so not before all is read again.
        var registering = Registry.Agents.RegisterAsync(me, Cards.Registration("new"));
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(registering.IsCompleted);
        loading.SetResult();
        Assert.Equal(1, (await registering).Agent.Revision);
        Assert.NotNull(await Registry.Agents.GetAsync(me, "new"));
        Assert.Null(await Registry.Agents.GetAsync(me, "lost-1"));
        Assert.Equal(["new"], (await Registry.Agents.ListAsync(me)).Agents.Select(agent => agent.Id));
        Assert.Equal(1, (await Registry.Agents.GetStatsAsync(me)).Total);
        await Eventually.TrueAsync(async () => (await Ready()).Status != HealthStatus.Unhealthy, "all else to be read again too");

        await Registry.Agents.RegisterAsync(me, Cards.Registration("lost-1"));
        Assert.NotNull(await Registry.Agents.GetAsync(me, "lost-1"));
    }

    [Fact]
    public async Task The_first_write_after_it_is_seen_on_its_node_though_nobody_had_noticed()
    {
        await Registry.Agents.RegisterAsync(me, Cards.Registration("kept"));
        await Database.KeepAsync();
        for (var i = 1; i <= 3; i++)
        {
            await Registry.Agents.RegisterAsync(me, Cards.Registration($"lost-{i}"));
        }

        await Registry.Agents.PatchAsync(me, "kept", new AgentPatch { Enabled = false });
        await Database.RollBackAsync();
        await Registry.Agents.RegisterAsync(me, Cards.Registration("new"));
        Assert.NotNull(await Registry.Agents.GetAsync(me, "new"));
        Assert.Null(await Registry.Agents.GetAsync(me, "lost-3"));
        Assert.True((await Registry.Agents.GetAsync(me, "kept"))!.Enabled);

        // The grain's own state was of the lost history too.
        Assert.True((await Registry.Agents.PatchAsync(me, "kept", new AgentPatch { Workers = ["w"] })).Agent.Enabled);
    }

    [Fact]
    public async Task Tasks_contexts_and_feedback_that_were_lost_are_not_served_from_memory()
    {
        await Registry.Tasks.Submit(me, "m1", "kept", contextId: "c");
        await Registry.Tasks.AddFeedbackAsync(me, "kept", Bytes("""{"stars":1}"""));
        await Registry.Contexts.UpdateAsync(me, "c", Bytes("""{"a":1}"""));
        await using var backup = await Database.BackUpAsync();
        await Registry.Tasks.UpdateAsync(me, "kept", To(TaskState.Working));
        await Registry.Tasks.AddFeedbackAsync(me, "kept", Bytes("""{"stars":2}"""));
        await Registry.Tasks.Submit(me, "m2", "lost", contextId: "c");
        await Registry.Contexts.UpdateAsync(me, "c", Bytes("""{"b":2}"""));
        await Registry.Contexts.UpdateAsync(me, "lost", Bytes("""{"b":2}"""));

        await Database.RestoreAsync(backup);
        await Eventually.TrueAsync(() => Store.History > 0, "another history to be noticed");
        Assert.Equal(TaskState.Submitted, (await Registry.Tasks.GetAsync(me, "kept"))!.Status.State);
        Assert.Single((await Registry.Tasks.ListFeedbackAsync(me, "kept")).Items);
        Assert.Null(await Registry.Tasks.GetAsync(me, "lost"));
        Assert.Null(await Registry.Contexts.GetAsync(me, "lost"));
        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString((await Registry.Contexts.GetAsync(me, "c"))!.Context.Data.Span));

        await Registry.Tasks.UpdateAsync(me, "kept", To(TaskState.Completed));
        await Registry.Tasks.AddFeedbackAsync(me, "kept", Bytes("""{"stars":3}"""));
        await Registry.Tasks.Submit(me, "m3", "lost", contextId: "c");
        Assert.Equal(2, (await Registry.Tasks.ListAsync(me, new TaskQuery { ContextId = "c" })).Tasks.Count);
        Assert.Equal(2, (await Registry.Tasks.ListFeedbackAsync(me, "kept")).Items.Count);
    }

    [Fact]
    public async Task A_change_that_rests_on_what_was_lost_is_made_on_what_is_there()
    {
        await Registry.Tasks.Submit(me, "m1", "t");
        await Database.KeepAsync();
        await Registry.Tasks.UpdateAsync(me, "t", To(TaskState.Completed));
        await Database.RollBackAsync();

        // Nothing has noticed yet; in memory the task is over, and refuses all changes.
        await Registry.Tasks.Submit(me, "m2", "other");
        await Eventually.TrueAsync(() => Store.History > 0, "another history to be noticed");
        Assert.Equal(TaskState.Working, (await Registry.Tasks.UpdateAsync(me, "t", To(TaskState.Working))).Status.State);
    }

    [Fact]
    public async Task All_servers_of_the_database_notice_also_where_others_have_written_since()
    {
        var (second, secondStore) = await StartAsync();
        await Database.KeepAsync();
        await Registry.Agents.RegisterAsync(me, Cards.Registration("lost"));
        await Eventually.TrueAsync(async () => await second.Agents.GetAsync(me, "lost") is not null, "the second to hear");
        await Database.RollBackAsync();
        await Registry.Agents.RegisterAsync(me, Cards.Registration("new-1"));
        await Registry.Agents.RegisterAsync(me, Cards.Registration("new-2"));
        await Eventually.TrueAsync(
            async () => await second.Agents.GetAsync(me, "lost") is null
                && await second.Agents.GetAsync(me, "new-2") is not null, "the second to read all again");
        await second.DisposeAsync();
        await secondStore.DisposeAsync();
    }

    [Fact]
    public async Task A_revision_from_before_is_told_at_once()
    {
        await using var backup = await Database.BackUpAsync();
        var lost = (await Registry.Agents.RegisterAsync(me, Cards.Registration("lost"))).Agent.Revision;
        await Database.RestoreAsync(backup);
        await Eventually.TrueAsync(async () => (await Ready()).Status == HealthStatus.Healthy && Store.History > 0, "all to be read again");
        var asked = Stopwatch.GetTimestamp();
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => Registry.Agents.WaitForRevisionAsync(lost).AsTask());
        Assert.Equal(RegistryError.Conflict, refusal.Error);
        Assert.InRange(Stopwatch.GetElapsedTime(asked).TotalSeconds, 0, 3);
    }

    private async Task<HealthReport> Ready() => await Registry.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    private async Task<(RegistryHost Host, StoreProbe Store)> StartAsync()
    {
        var probe = new StoreProbe(new PostgresStore(
            Database.Options() with { FeedPollInterval = TimeSpan.FromMilliseconds(500) },
            Kinds.All,
            NullLogger<PostgresStore>.Instance));
        return (await RegistryHost.StartAsync(store: probe), probe);
    }
}
