using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Tests.Liveness;
using OrleansRegistry.Tests.Tasks;

namespace OrleansRegistry.Tests.Instances;

/// <summary>Several instances of one agent, from registration to expiry.</summary>
public sealed class InstanceTests : InstanceHost
{
    [Fact]
    public async Task They_are_registered_replaced_listed_and_removed()
    {
        var registered = (await GetAsync())!;
        var at = Host.Time.GetUtcNow();
        var written = await Instances.PutAsync(Alice, "a", "i2", new InstanceRegistration("http://two:8080/rpc")
        {
            Weight = 2.5,
            Version = "1.2",
            Metadata = """{"zone": "b", "n": 1.50, "hot": true}"""u8.ToArray(),
            Ttl = Ttl,
        });
        Assert.True(written.Created);
        var two = written.Instance;
        Assert.Equal(("i2", "http://two:8080/rpc", 2.5, "1.2"), (two.Name, two.Url, two.Weight, two.Version));
        Assert.Equal("""{"zone": "b", "n": 1.50, "hot": true}""", two.Metadata.ToString());
        Assert.Equal((at, at, AgentHealth.Healthy, Ttl), (two.RegisteredAt, two.UpdatedAt, two.Health, two.Lease!.Ttl));
        Assert.Equal("alice", two.RegisteredBy);
        await PutAsync("i1");
        await PutAsync("I3");
        Host.Time.Advance(TimeSpan.FromSeconds(1));
        var again = await Instances.PutAsync(Alice, "a", "i2", new InstanceRegistration("https://two"));
        Assert.Equal((false, at, at.AddSeconds(1)), (again.Created, again.Instance.RegisteredAt, again.Instance.UpdatedAt));
        Assert.Equal((1.0, null, true, null), (again.Instance.Weight, again.Instance.Version, again.Instance.Metadata.IsEmpty, again.Instance.Lease));

        var page = await Instances.ListAsync(Bob, "a");
        Assert.Equal(["I3", "i1", "i2"], page.Instances.Select(one => one.Name));
        Assert.Equal((3, null, again.Revision), (page.Total, page.NextPageToken, page.Revision));
        Assert.Equal(again.Instance, (await Instances.GetAsync(Bob, "a", "i2")).Instance);
        var agent = (await GetAsync())!;
        Assert.Equal((registered.UpdatedAt, again.Revision), (agent.UpdatedAt, agent.Revision));
        var stored = (await Host.Agents.GetAsync(Alice, "a", ReadConsistency.Strong))!;
        Assert.Equal(agent.Instances, stored.Instances);

        // A new card leaves them.
        await Host.Agents.RegisterAsync(Alice, Cards.Registration("a", "another"));
        Assert.Equal(3, (await GetAsync())!.Instances.Count);
        Assert.Equal((await GetAsync())!.Revision + 1, await Instances.RemoveAsync(Alice, "a", "i1"));
        Assert.Equal("instance", (await Messages.Refused(RegistryError.NotFound, () => Instances.RemoveAsync(Alice, "a", "i1"))).Field);
        Assert.Equal("instance", (await Messages.Refused(RegistryError.NotFound, () => Instances.GetAsync(Alice, "a", "i1").AsTask())).Field);
        await Host.Agents.RemoveAsync(Alice, "a");
        await Host.Agents.RegisterAsync(Alice, Cards.Registration("a"));
        Assert.Empty((await GetAsync())!.Instances);
    }

    [Fact]
    public async Task They_are_listed_by_health_and_version_page_by_page()
    {
        for (var i = 0; i < 7; i++)
        {
            await PutAsync($"i{i}", version: i % 2 == 0 ? "1" : "2", ttl: i < 4 ? Ttl : null);
        }

        await Host.AdvanceAsync(16);
        await Host.Liveness.HeartbeatAsync(Alice, new LeaseHolder("a", "i0"));
        Assert.Equal(["i0"], await NamesAsync(new InstanceQuery { Health = AgentHealth.Healthy }));
        Assert.Equal(["i1", "i3"], await NamesAsync(new InstanceQuery { Health = AgentHealth.Unhealthy, Version = "2" }));
        Assert.Empty(await NamesAsync(new InstanceQuery { Health = AgentHealth.Expired }));
        var first = await Instances.ListAsync(Alice, "a", new InstanceQuery { Version = "1", PageSize = 3 });
        Assert.Equal(["i0", "i2", "i4"], first.Instances.Select(one => one.Name));
        Assert.Equal(4, first.Total);
        Assert.Equal(["i6"], await NamesAsync(new InstanceQuery { Version = "1", PageSize = 3, PageToken = first.NextPageToken }));
        foreach (var query in (InstanceQuery[])[
            new() { Version = "2", PageSize = 3, PageToken = first.NextPageToken }, new() { PageToken = "no token" }, new() { PageSize = 0 },
            new() { PageSize = 1_001 }, new() { Version = "" }])
        {
            await Messages.Refused(RegistryError.Invalid, () => Instances.ListAsync(Alice, "a", query).AsTask());
        }

        async Task<string[]> NamesAsync(InstanceQuery query) =>
            [.. (await Instances.ListAsync(Alice, "a", query)).Instances.Select(one => one.Name)];
    }

    [Fact]
    public async Task Each_has_a_lease_of_its_own_and_the_agent_is_as_healthy_as_the_best()
    {
        await PutAsync("permanent", ttl: Ttl);
        await PutAsync("ephemeral", ttl: Ttl, ephemeral: true);
        await PutAsync("unleased");
        await Host.AdvanceAsync(14);
        var revision = (await GetAsync())!.Revision;
        await BeatAsync("ephemeral");
        Assert.Equal(revision, (await GetAsync())!.Revision);
        await Host.AdvanceAsync(2);
        Assert.Equal((AgentHealth.Unhealthy, AgentHealth.Healthy, null), await HealthsAsync());
        Assert.Equal(AgentHealth.Healthy, (await GetAsync())!.Health);
        Assert.Equal(1, (await Host.Agents.GetStatsAsync(Alice)).Healthy);

        // Both are told of by one write.
        revision = (await GetAsync())!.Revision;
        await Host.AdvanceAsync(15);
        Assert.Equal((AgentHealth.Expired, AgentHealth.Unhealthy, null), await HealthsAsync());
        Assert.Equal(AgentHealth.Unhealthy, (await GetAsync())!.Health);
        await Host.AdvanceAsync(15);
        Assert.Equal(["permanent", "unleased"], (await GetAsync())!.Instances.Select(one => one.Name));
        Assert.Equal(AgentHealth.Expired, (await GetAsync())!.Health);
        Assert.Equal("instance", (await Messages.Refused(RegistryError.NotFound, () => BeatAsync("ephemeral"))).Field);

        var beat = await BeatAsync("permanent");
        Assert.Equal(("a", "permanent", AgentHealth.Healthy, Ttl), (beat.AgentId, beat.Instance, beat.Health, beat.Ttl));
        Assert.Equal(AgentHealth.Healthy, (await GetAsync())!.Health);
        var status = (await Host.Liveness.GetLeaseAsync(Bob, new LeaseHolder("a", "permanent")))!;
        Assert.Equal((Host.Time.GetUtcNow(), Host.Time.GetUtcNow() + Ttl), (status.LastBeat, status.ExpiresAt));
        Assert.Null(await Host.Liveness.GetLeaseAsync(Bob, "a"));
        Assert.Null(await Host.Liveness.GetLeaseAsync(Bob, new LeaseHolder("a", "unleased")));

        // Registered again, its lease is another.
        await Host.AdvanceAsync(29);
        await PutAsync("permanent", ttl: Ttl);
        await Host.AdvanceAsync(10);
        Assert.Equal(AgentHealth.Healthy, (await GetAsync())!.Health);
        await PutAsync("permanent");
        await Host.AdvanceAsync(60);
        Assert.Null((await GetAsync())!.Health);
    }

    [Fact]
    public async Task An_agents_own_lease_is_apart_from_its_instances()
    {
        await Host.Agents.RegisterAsync(Alice, Cards.Registration("a") with { Ttl = Ttl, Ephemeral = true });
        await PutAsync("a", ttl: Ttl);
        await Host.AdvanceAsync(20);
        await BeatAsync("a");
        var agent = (await GetAsync())!;
        Assert.Equal((AgentHealth.Healthy, AgentHealth.Unhealthy), (agent.Health, agent.Lease!.Health));
        await Host.AdvanceAsync(12);
        Assert.Null(await GetAsync());
        Assert.Equal("agent_id", (await Messages.Refused(RegistryError.NotFound, () => BeatAsync("a"))).Field);
    }

    [Fact]
    public async Task Many_that_stop_are_one_write_and_beat_in_bulk_with_agents()
    {
        string[] names = [.. Enumerable.Range(0, 20).Select(i => $"i{i:00}")];
        foreach (var name in names)
        {
            await PutAsync(name, ttl: Ttl);
        }

        await Host.Agents.RegisterAsync(Alice, Cards.Registration("b") with { Ttl = Ttl });
        var revision = Host.Agents.Revision;
        await Host.AdvanceAsync(16);
        Assert.Equal((AgentHealth.Unhealthy, revision + 2), ((await GetAsync())!.Health, Host.Agents.Revision));
        LeaseHolder[] holders =
            [new("a", "nobody"), "b", .. names.Select(name => new LeaseHolder("a", name)), new("a", "i00"), "a", new("b", "i00"), new("a", "")];
        var results = await Host.Liveness.HeartbeatManyAsync(Alice, holders);
        Assert.Equal([null, ("b", null), .. names.Select(name => ("a", name)), ("a", "i00"), null, null, null], results.Select(Beaten));
        Assert.Equal(
            ["instance", "ttl", "instance", "instance"], results.Where(one => one.Refused is not null).Select(one => one.Refused!.Field));
        Assert.Equal(20, (await Instances.ListAsync(Alice, "a", new InstanceQuery { Health = AgentHealth.Healthy })).Total);

        // One write for the agent with its own lease, and one for all of the other's instances.
        Assert.Equal(revision + 4, Host.Agents.Revision);

        static (string, string?)? Beaten(AgentBeatResult result) => result.Beat is { } beat ? (beat.AgentId, beat.Instance) : null;
    }

    [Fact]
    public async Task What_happens_is_watched()
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var events = Host.Agents.WatchAsync(Alice, cancellationToken: enough.Token).GetAsyncEnumerator(enough.Token);
        Assert.Equal(AgentEventKind.Present, (await NextAsync()).Kind);
        Assert.Equal(AgentEventKind.Synced, (await NextAsync()).Kind);
        await PutAsync("i", ttl: Ttl, ephemeral: true);
        await StatusAsync(AgentHealth.Healthy);
        await PutAsync("other");
        await StatusAsync(AgentHealth.Healthy, null);
        await Host.AdvanceAsync(16);
        await StatusAsync(AgentHealth.Unhealthy, null);
        await BeatAsync("i");
        await StatusAsync(AgentHealth.Healthy, null);
        await Instances.RemoveAsync(Alice, "a", "other");
        await StatusAsync(AgentHealth.Healthy);
        await Host.AdvanceAsync(32);
        await StatusAsync(AgentHealth.Unhealthy);
        await StatusAsync();
        await Host.Agents.PatchAsync(Alice, "a", new AgentPatch { Workers = ["bob"] });
        Assert.Equal(AgentEventKind.Updated, (await NextAsync()).Kind);
        await enough.CancelAsync();

        async Task StatusAsync(params AgentHealth?[] healths)
        {
            var status = await NextAsync();
            Assert.Equal(AgentEventKind.Status, status.Kind);
            Assert.Equal(healths, status.Agent!.Instances.Select(one => one.Health));
        }

        async Task<AgentEvent> NextAsync()
        {
            Assert.True(await events.MoveNextAsync());
            return events.Current;
        }
    }

    private Task<AgentBeat> BeatAsync(string name) => Host.Liveness.HeartbeatAsync(Alice, new LeaseHolder("a", name));

    private async Task<(AgentHealth? Permanent, AgentHealth? Ephemeral, AgentHealth? Unleased)> HealthsAsync()
    {
        var instances = (await GetAsync())!.Instances;
        return (instances.Find("permanent")!.Health, instances.Find("ephemeral")!.Health, instances.Find("unleased")!.Health);
    }
}
