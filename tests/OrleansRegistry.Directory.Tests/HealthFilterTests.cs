namespace OrleansRegistry.Directory.Tests;

/// <summary>Agents by their health, which those without a lease have none of.</summary>
public sealed class HealthFilterTests
{
    [Fact]
    public async Task Agents_are_found_counted_and_watched_by_health()
    {
        var directory = new TestDirectory();
        foreach (var health in Enum.GetValues<AgentHealth>())
        {
            Put(health.ToName(), health);
        }

        Put("none", null);
        Assert.Equal(["healthy"], directory.Ids(Healthy));
        Assert.Equal(["expired", "unhealthy"], directory.Ids(new AgentQuery { Any = AgentFilters.Of(AgentField.Health, "unhealthy", "expired") }));
        Assert.Equal(["healthy", "none"], directory.Ids(new AgentQuery { Not = AgentFilters.Of(AgentField.Health, "unhealthy", "expired") }));
        var refusal = Assert.Throws<RegistryException>(() => directory.Ids(new AgentQuery { Any = AgentFilters.Of(AgentField.Health, "ill") }));
        Assert.Equal("health", refusal.Field);
        Assert.Equal((1, 1, 1), Stats());

        await using var watch = directory.Agents
            .WatchAsync(TestDirectory.Everybody, Healthy, null, TimeProvider.System, TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.Equal((AgentEventKind.Present, "healthy"), await NextAsync());
        Assert.Equal((AgentEventKind.Synced, null), await NextAsync());
        Put("healthy", AgentHealth.Unhealthy);
        Assert.Equal((AgentEventKind.Left, "healthy"), await NextAsync());
        Put("expired", AgentHealth.Healthy);
        Assert.Equal((AgentEventKind.Entered, "expired"), await NextAsync());
        Assert.Equal((1, 2, 0), Stats());
        directory.Remove("expired");
        Assert.Equal((AgentEventKind.Removed, "expired"), await NextAsync());
        Assert.Equal((0, 2, 0), Stats());

        async Task<(AgentEventKind, string?)> NextAsync()
        {
            Assert.True(await watch.MoveNextAsync());
            return (watch.Current.Kind, watch.Current.AgentId);
        }

        void Put(string id, AgentHealth? health)
        {
            var revision = directory.Agents.Revision + 1;
            var lease = health is { } known ? new AgentLease { Ttl = TimeSpan.FromSeconds(30), Health = known } : null;
            directory.Feed(revision, id, directory.Record(id, new TestCard(id), revision) with { Lease = lease });
        }

        (int, int, int) Stats()
        {
            var stats = directory.Agents.Stats(TestDirectory.Everybody);
            return (stats.Healthy, stats.Unhealthy, stats.Expired);
        }
    }

    private static AgentQuery Healthy => new() { Any = AgentFilters.Of(AgentField.Health, "healthy") };
}
