using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Client.Tests;

/// <summary>Instances over HTTP are as they are here.</summary>
public sealed class InstanceTests(ClientHost host) : IAsyncLifetime
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(60);

    private readonly Caller caller = ClientHost.NewCaller();

    private IAgentInstances Instances => host.Client.Instances;

    public async ValueTask InitializeAsync() => await host.Client.Agents.RegisterAsync(caller, new AgentRegistration(ClientHost.Card("a")));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task They_are_registered_read_listed_and_removed()
    {
        var written = await Instances.PutAsync(caller, "a", "a/b:c", new InstanceRegistration("https://one.example/rpc")
        {
            Weight = 0.25,
            Version = "1.2",
            Metadata = """{"zone": "ü", "n": 1.50}"""u8.ToArray(),
            Ttl = Ttl,
            Ephemeral = true,
        });
        var here = (await host.LocalAgents.GetAsync(caller, "a"))!;
        Assert.Equal((true, here.Revision, here.Instances[0]), (written.Created, written.Revision, written.Instance));
        Assert.Equal(new InstanceFound(written.Instance, written.Revision), await Instances.GetAsync(caller, "a", "a/b:c"));
        Assert.Equal(here.Instances, (await host.Client.Agents.GetAsync(caller, "a"))!.Instances);
        Assert.False((await Instances.PutAsync(caller, "a", "a/b:c", new InstanceRegistration("http://one") { Ttl = Ttl })).Created);
        await Instances.PutAsync(caller, "a", "i2", new InstanceRegistration("http://two") { Version = "2" });
        var first = await Instances.ListAsync(caller, "a", new InstanceQuery { PageSize = 1 });
        Assert.Equal(("a/b:c", 2), (Assert.Single(first.Instances).Name, first.Total));
        var second = await Instances.ListAsync(caller, "a", new InstanceQuery { PageSize = 1, PageToken = first.NextPageToken });
        Assert.Equal(("i2", null, first.Revision), (Assert.Single(second.Instances).Name, second.NextPageToken, second.Revision));
        var healthy = await Instances.ListAsync(caller, "a", new InstanceQuery { Health = AgentHealth.Healthy });
        Assert.Equal("a/b:c", Assert.Single(healthy.Instances).Name);
        Assert.True(await Instances.RemoveAsync(caller, "a", "i2", new WriteCondition(first.Revision)) > first.Revision);
        await RefusedAsync(RegistryError.NotFound, "instance", () => Instances.RemoveAsync(caller, "a", "i2"));
        await RefusedAsync(RegistryError.NotFound, "instance", () => Instances.GetAsync(caller, "a", "i2").AsTask());
    }

    [Fact]
    public async Task They_are_chosen_and_beat()
    {
        await RefusedAsync(RegistryError.NotFound, "instance", () => Instances.ChooseAsync(caller, "a").AsTask());
        await Instances.PutAsync(caller, "a", "i1", new InstanceRegistration("http://one") { Ttl = Ttl });
        await Instances.PutAsync(caller, "a", "i2", new InstanceRegistration("http://two") { Version = "2" });
        var choice = new InstanceChoice { Version = "2", Key = "k", AnyHealth = true };
        Assert.Equal("i2", (await Instances.ChooseAsync(caller, "a", choice)).Instance.Name);
        await RefusedAsync(RegistryError.NotFound, "version", () => Instances.ChooseAsync(caller, "a", choice with { Version = "4" }).AsTask());

        await Instances.PutAsync(caller, "a", "i3", new InstanceRegistration("http://three") { Version = "3", Weight = 0 });
        await RefusedAsync(RegistryError.Unavailable, "health", () => Instances.ChooseAsync(caller, "a", choice with { Version = "3" }).AsTask());
        LeaseHolder one = new("a", "i1");
        var beat = await host.Client.Liveness.HeartbeatAsync(caller, one);
        Assert.Equal(("a", "i1", Ttl), (beat.AgentId, beat.Instance, beat.Ttl));
        Assert.NotNull((await host.Client.Liveness.GetLeaseAsync(caller, one))!.LastBeat);
        Assert.Null(await host.Client.Liveness.GetLeaseAsync(caller, new LeaseHolder("a", "i2")));
        await host.Client.Agents.RegisterAsync(caller, new AgentRegistration(ClientHost.Card("b")) { Ttl = Ttl });
        var many = await host.Client.Liveness.HeartbeatManyAsync(caller, [one, "b", new("a", "i2"), "a", one]);
        Assert.Equal(["i1", null, null, null, "i1"], many.Select(result => result.Beat?.Instance));
        Assert.Equal("b", many[1].Beat!.AgentId);
        Assert.Contains("'i2'", many[2].Refused!.Message, StringComparison.Ordinal);
        Assert.Contains("agent 'a' has no lease", many[3].Refused!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_heartbeat_registers_again_what_is_gone()
    {
        using var stop = new CancellationTokenSource();
        var registered = new TaskCompletionSource();
        var heartbeat = new AgentHeartbeat(host.Client.Liveness, new LeaseHolder("a", "i1"), new AgentHeartbeatOptions
        {
            Caller = caller,
            Every = TimeSpan.FromMilliseconds(1),
            Register = async token =>
            {
                await Instances.PutAsync(caller, "a", "i1", new InstanceRegistration("http://one") { Ephemeral = true }, token);
                registered.SetResult();
            },
        });
        var running = heartbeat.RunAsync(stop.Token);
        await registered.Task.WaitAsync(ClientHost.Cancellation);
        await Eventually.TrueAsync(
            async () => (await host.Client.Liveness.GetLeaseAsync(caller, new LeaseHolder("a", "i1")))!.LastBeat is not null, "a beat");

        await stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(-1)]
    public async Task A_weight_that_cannot_be_is_refused(double weight) => await RefusedAsync(
        RegistryError.Invalid, "weight", () => Instances.PutAsync(caller, "a", "i", new InstanceRegistration("http://one") { Weight = weight }));

    private static async Task RefusedAsync(RegistryError error, string field, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.Equal((error, field), (refusal.Error, refusal.Field));
    }
}
