namespace OrleansRegistry.Client.Tests;

/// <summary>Beats over HTTP, and what keeps them coming.</summary>
public sealed class HeartbeatTests(ClientHost host)
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(60);

    private readonly Caller caller = ClientHost.NewCaller();

    [Fact]
    public async Task Leases_are_over_HTTP_as_they_are_here()
    {
        var registration = new AgentRegistration(ClientHost.Card("a")) { Ttl = Ttl, Ephemeral = true };
        var written = await host.Client.Agents.RegisterAsync(caller, registration, ClientHost.Cancellation);
        Assert.Equal((await host.LocalAgents.GetAsync(caller, "a"))!.Lease, written.Agent.Lease);
        Assert.Equal((Ttl, true), (written.Agent.Lease!.Ttl, written.Agent.Lease.Ephemeral));
        Assert.Null((await host.Client.Liveness.GetLeaseAsync(caller, "a"))!.LastBeat);
        var beat = await host.Client.Liveness.HeartbeatAsync(caller, "a");
        Assert.Equal(("a", AgentHealth.Healthy, Ttl, Ttl / 6), (beat.AgentId, beat.Health, beat.Ttl, beat.BeatEvery));
        var status = (await host.Client.Liveness.GetLeaseAsync(caller, "a"))!;
        Assert.Equal(written.Agent.Lease, status.Lease);
        Assert.InRange((status.ExpiresAt!.Value - status.LastBeat!.Value).TotalSeconds, 59.9, 60.1);

        var many = await host.Client.Liveness.HeartbeatManyAsync(caller, ["a", "nobody"]);
        Assert.Equal(("a", RegistryError.NotFound), (many[0].Beat!.AgentId, many[1].Refused!.Error));
        Assert.Equal(1, (await host.Client.Agents.GetStatsAsync(caller)).Healthy);
        Assert.Null((await host.Client.Agents.PatchAsync(caller, "a", new AgentPatch { EndsLease = true })).Agent.Lease);
        Assert.Null(await host.Client.Liveness.GetLeaseAsync(caller, "a"));
        await RefusedAsync(RegistryError.NotFound, () => host.Client.Liveness.GetLeaseAsync(caller, "nobody"));
        await RefusedAsync(RegistryError.Invalid, () => host.Client.Liveness.HeartbeatAsync(caller, "a"));
    }

    [Fact]
    public async Task A_heartbeat_goes_on_over_outages_and_registers_again_what_is_gone()
    {
        var beats = new Beats();
        var registered = 0;
        using var stop = new CancellationTokenSource();
        var heartbeat = new AgentHeartbeat(beats, "a", new AgentHeartbeatOptions
        {
            Caller = caller,
            Every = TimeSpan.FromMilliseconds(1),
            Register = async cancellationToken =>
            {
                await Task.Yield();
                registered++;
                beats.Fault = null;
            },
        });
        var running = heartbeat.RunAsync(stop.Token);
        await MoreAsync(4);
        beats.Fault = new RegistryException(RegistryError.Unavailable, "away");
        await MoreAsync(2);
        beats.Fault = new RegistryException(RegistryError.NotFound, "gone");
        await MoreAsync(4);
        Assert.Equal(1, registered);
        await stop.CancelAsync();
        await running;

        beats.Fault = new RegistryException(RegistryError.Forbidden, "not yours");
        await RefusedAsync(RegistryError.Forbidden, () => heartbeat.RunAsync(TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AgentHeartbeat(beats, "a", new AgentHeartbeatOptions { Every = TimeSpan.Zero }));

        async Task MoreAsync(int more)
        {
            for (var enough = beats.Count + more; beats.Count < enough;)
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }
    }

    private static async Task RefusedAsync(RegistryError error, Func<Task> call) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<RegistryException>(call)).Error);

    /// <summary>Takes beats, or throws what it is told to.</summary>
    private sealed class Beats : IAgentLiveness
    {
        private int count;

        public RegistryException? Fault { get; set; }

        public int Count => Volatile.Read(ref count);

        public Task<AgentBeat> HeartbeatAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref count);
            return Fault is { } fault
                ? Task.FromException<AgentBeat>(fault)
                : Task.FromResult(new AgentBeat(holder.AgentId, AgentHealth.Healthy, TimeSpan.FromSeconds(30), DateTimeOffset.UnixEpoch));
        }

        public Task<IReadOnlyList<AgentBeatResult>> HeartbeatManyAsync(
            Caller caller, IReadOnlyList<LeaseHolder> holders, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<LeaseStatus?> GetLeaseAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
