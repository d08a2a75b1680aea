using OrleansRegistry.Tests.Tasks;

namespace OrleansRegistry.Tests.Liveness;

/// <summary>Agents with a lease, from registration to expiry.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private static readonly Caller Alice = new("t", "alice");
    private static readonly Caller Bob = new("t", "bob");
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);

    private LeaseHost host = null!;

    public async ValueTask InitializeAsync() => host = await LeaseHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_permanent_one_that_stops_is_marked_and_healthy_again_with_its_next_beat()
    {
        await host.Agents.RegisterAsync(Alice, Cards.Registration("a") with { Ttl = Ttl });
        var updated = (await GetAsync("a"))!.UpdatedAt;
        Assert.Equal(AgentHealth.Healthy, (await GetAsync("a"))!.Health);
        await host.AdvanceAsync(14);
        Assert.Equal(AgentHealth.Healthy, (await GetAsync("a"))!.Health);
        await host.AdvanceAsync(2);
        Assert.Equal(AgentHealth.Unhealthy, (await GetAsync("a"))!.Health);
        await host.AdvanceAsync(15);
        Assert.Equal(AgentHealth.Expired, (await GetAsync("a"))!.Health);
        await host.AdvanceAsync(100);
        Assert.Equal((0, 0, 1), await StatsAsync());

        var beat = await host.Liveness.HeartbeatAsync(Alice, "a");
        Assert.Equal(new AgentBeat("a", AgentHealth.Healthy, Ttl, host.Time.GetUtcNow() + Ttl), beat);
        Assert.Equal((AgentHealth.Healthy, updated), ((await GetAsync("a"))!.Health, (await GetAsync("a"))!.UpdatedAt));
        Assert.Equal((1, 0, 0), await StatsAsync());
        Assert.Equal(await GetAsync("a"), await host.Agents.GetAsync(Alice, "a", ReadConsistency.Strong));
    }

    [Fact]
    public async Task Beats_write_nothing_and_are_told()
    {
        await host.Agents.RegisterAsync(Alice, Cards.Registration("a") with { Ttl = Ttl });
        var revision = host.Agents.Revision;
        await host.AdvanceAsync(1);
        Assert.Null((await host.Liveness.GetLeaseAsync(Alice, "a"))!.LastBeat);
        for (var i = 0; i < 10; i++)
        {
            await host.AdvanceAsync(10);
            await host.Liveness.HeartbeatAsync(Alice, "a");
        }

        var beaten = host.Time.GetUtcNow();
        await host.AdvanceAsync(10);
        var status = (await host.Liveness.GetLeaseAsync(Bob, "a"))!;
        Assert.Equal((beaten, beaten + Ttl, AgentHealth.Healthy), (status.LastBeat, status.ExpiresAt, status.Lease.Health));
        Assert.Equal(revision, host.Agents.Revision);
        await host.Agents.RegisterAsync(Alice, Cards.Registration("none"));
        Assert.Null(await host.Liveness.GetLeaseAsync(Alice, "none"));
        await Messages.Refused(RegistryError.NotFound, () => host.Liveness.GetLeaseAsync(Alice, "nobody"));
    }

    [Fact]
    public async Task An_ephemeral_one_is_removed_and_can_come_back()
    {
        await host.Agents.RegisterAsync(Alice, Cards.Registration("a") with { Ephemeral = true });
        Assert.Equal(Ttl, (await GetAsync("a"))!.Lease!.Ttl);
        await host.AdvanceAsync(29);
        Assert.Equal(AgentHealth.Unhealthy, (await GetAsync("a"))!.Health);
        await host.AdvanceAsync(3);
        Assert.Null(await GetAsync("a"));
        Assert.Null(await host.Agents.GetAsync(Alice, "a", ReadConsistency.Strong));
        await Messages.Refused(RegistryError.NotFound, () => host.Liveness.HeartbeatAsync(Alice, "a"));
        Assert.Equal((0, 0, 0), await StatsAsync());

        await host.Agents.RegisterAsync(Bob, Cards.Registration("a") with { Ephemeral = true });
        await host.Liveness.HeartbeatAsync(Bob, "a");
        await host.AdvanceAsync(29);
        Assert.NotNull(await GetAsync("a"));
    }

    [Fact]
    public async Task What_happens_is_watched()
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var events = host.Agents.WatchAsync(Alice, cancellationToken: enough.Token).GetAsyncEnumerator(enough.Token);
        Assert.Equal(AgentEventKind.Synced, (await NextAsync()).Kind);
        await host.Agents.RegisterAsync(Alice, Cards.Registration("a") with { Ttl = Ttl, Ephemeral = true });
        Assert.Equal(AgentEventKind.Registered, (await NextAsync()).Kind);
        await host.AdvanceAsync(16);
        var unhealthy = await NextAsync();
        Assert.Equal((AgentEventKind.Status, AgentHealth.Unhealthy), (unhealthy.Kind, unhealthy.Agent!.Health));
        await host.Liveness.HeartbeatAsync(Alice, "a");
        var healthy = await NextAsync();
        Assert.Equal((AgentEventKind.Status, AgentHealth.Healthy), (healthy.Kind, healthy.Agent!.Health));
        await host.AdvanceAsync(32);
        Assert.Equal(AgentEventKind.Status, (await NextAsync()).Kind);
        Assert.Equal(AgentEventKind.Removed, (await NextAsync()).Kind);
        await enough.CancelAsync();

        async Task<AgentEvent> NextAsync()
        {
            Assert.True(await events.MoveNextAsync());
            return events.Current;
        }
    }

    [Fact]
    public async Task Its_owner_and_its_workers_beat_and_nobody_else()
    {
        await host.Agents.RegisterAsync(Alice, Cards.Registration("a") with { Ttl = Ttl });
        var refusal = await Messages.Refused(RegistryError.Forbidden, () => host.Liveness.HeartbeatAsync(Bob, "a"));
        Assert.Equal("agent_id", refusal.Field);
        await Messages.Refused(RegistryError.NotFound, () => host.Liveness.HeartbeatAsync(new Caller("other", "alice"), "a"));
        await host.Agents.PatchAsync(Alice, "a", new AgentPatch { Workers = ["bob"] });
        await host.Liveness.HeartbeatAsync(Bob, "a");
        await host.Liveness.HeartbeatAsync(Alice, "a");
        await host.Agents.PatchAsync(Alice, "a", new AgentPatch { Workers = ["*"] });
        await host.Liveness.HeartbeatAsync(new Caller("t", "anyone"), "a");
    }

    [Fact]
    public async Task Its_owner_alone_sets_a_lease()
    {
        await host.Agents.RegisterAsync(Alice, Cards.Registration("a") with { Ttl = Ttl });
        foreach (var call in (Func<Task>[])[
            () => host.Agents.RegisterAsync(Bob, Cards.Registration("a") with { Ttl = Ttl }),
            () => host.Agents.PatchAsync(Bob, "a", new AgentPatch { Ephemeral = true }),
            () => host.Agents.PatchAsync(Bob, "a", new AgentPatch { EndsLease = true })])
        {
            Assert.Equal("ttl", (await Messages.Refused(RegistryError.Forbidden, call)).Field);
        }

        var longer = await host.Agents.PatchAsync(Alice, "a", new AgentPatch { Ttl = 2 * Ttl, Ephemeral = true });
        Assert.Equal((2 * Ttl, true), (longer.Agent.Lease!.Ttl, longer.Agent.Lease.Ephemeral));
        await host.AdvanceAsync(29);
        Assert.Equal(AgentHealth.Healthy, (await GetAsync("a"))!.Health);
        Assert.Null((await host.Agents.PatchAsync(Alice, "a", new AgentPatch { EndsLease = true })).Agent.Lease);
        await host.AdvanceAsync(100);
        Assert.Null((await GetAsync("a"))!.Health);
        Assert.Equal("ttl", (await Messages.Refused(RegistryError.Invalid, () => host.Liveness.HeartbeatAsync(Alice, "a"))).Field);
    }

    [Fact]
    public async Task Whoever_may_beat_and_registers_it_again_begins_its_lease_anew()
    {
        await host.Agents.RegisterAsync(Alice, Cards.Registration("a") with { Ttl = Ttl });
        await host.AdvanceAsync(20);
        await host.Agents.RegisterAsync(Bob, Cards.Registration("a", "by another"));
        await host.Agents.PatchAsync(Alice, "a", new AgentPatch("""{"description":"patched"}"""u8.ToArray()));
        Assert.Equal(AgentHealth.Unhealthy, (await GetAsync("a"))!.Health);
        await host.AdvanceAsync(12);
        Assert.Equal(AgentHealth.Expired, (await GetAsync("a"))!.Health);

        await host.Agents.RegisterAsync(Alice, Cards.Registration("a"));
        await host.AdvanceAsync(14);
        Assert.Equal((AgentHealth.Healthy, Ttl), ((await GetAsync("a"))!.Health, (await GetAsync("a"))!.Lease!.Ttl));
        await host.AdvanceAsync(2);
        Assert.Equal(AgentHealth.Unhealthy, (await GetAsync("a"))!.Health);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4.999)]
    [InlineData(30.5)]
    [InlineData(86_401)]
    [InlineData(-30)]
    public async Task A_time_that_cannot_be_is_refused(double seconds)
    {
        var ttl = TimeSpan.FromSeconds(seconds);
        var refused = await Messages.Refused(
            RegistryError.Invalid, () => host.Agents.RegisterAsync(Alice, Cards.Registration("a") with { Ttl = ttl }));
        Assert.Equal("ttl", refused.Field);
        Assert.Null(await GetAsync("a"));
        await host.Agents.RegisterAsync(Alice, Cards.Registration("a"));
        await Messages.Refused(RegistryError.Invalid, () => host.Agents.PatchAsync(Alice, "a", new AgentPatch { Ttl = ttl }));
        await Messages.Refused(RegistryError.Invalid, () => host.Agents.PatchAsync(Alice, "a", new AgentPatch { Ttl = Ttl, EndsLease = true }));
        Assert.Null((await host.Agents.PatchAsync(Alice, "a", new AgentPatch { Ephemeral = false })).Agent.Lease);
    }

    [Fact]
    public async Task Many_beat_at_once_and_one_that_is_refused_spoils_no_other()
    {
        string[] ids = [.. Enumerable.Range(0, 500).Select(i => $"a{i}")];
        await host.Agents.RegisterManyAsync(Alice, [.. ids.Select(id => Cards.Registration(id) with { Ttl = Ttl })]);
        await host.Agents.RegisterAsync(Bob, Cards.Registration("bobs") with { Ttl = Ttl });
        await host.Agents.RegisterAsync(Alice, Cards.Registration("none"));
        await host.AdvanceAsync(20);
        Assert.Equal((0, 501, 0), await StatsAsync());
        var results = await host.Liveness.HeartbeatManyAsync(Alice, [.. ids, "bobs", "none", "nobody", "", "a0"]);
        Assert.Equal([.. ids, null, null, null, null, "a0"], results.Select(result => result.Beat?.AgentId));
        RegistryError?[] expected = [RegistryError.Forbidden, RegistryError.Invalid, RegistryError.NotFound, RegistryError.Invalid, null];
        Assert.Equal(expected, results.Skip(ids.Length).Select(result => result.Refused?.Error));
        Assert.Equal((500, 1, 0), await StatsAsync());
        await host.AdvanceAsync(12);
        Assert.Equal((500, 0, 1), await StatsAsync());

        Assert.Empty(await host.Liveness.HeartbeatManyAsync(Alice, []));
        var refused = await Messages.Refused(
            RegistryError.TooLarge,
            () => host.Liveness.HeartbeatManyAsync(Alice, [.. Enumerable.Repeat<LeaseHolder>("a0", IAgentLiveness.MostAtOnce + 1)]));
        Assert.Equal("agent_ids", refused.Field);
    }

    [Fact]
    public async Task A_request_that_comes_again_with_another_lease_is_another_request()
    {
        var keyed = Alice with { IdempotencyKey = "k" };
        await host.Agents.RegisterAsync(keyed, Cards.Registration("a") with { Ttl = Ttl });
        Assert.True((await host.Agents.RegisterAsync(keyed, Cards.Registration("a") with { Ttl = Ttl })).Repeated);
        await Messages.Refused(RegistryError.KeyReused, () => host.Agents.RegisterAsync(keyed, Cards.Registration("a") with { Ttl = 2 * Ttl }));
    }

    private async Task<AgentRecord?> GetAsync(string id) => await host.Agents.GetAsync(Alice, id);

    private async Task<(int Healthy, int Unhealthy, int Expired)> StatsAsync()
    {
        var stats = await host.Agents.GetStatsAsync(Alice);
        return (stats.Healthy, stats.Unhealthy, stats.Expired);
    }
}
