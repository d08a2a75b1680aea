using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Tests.Silos;

namespace OrleansRegistry.Tests.Liveness;

/// <summary>A silo is lost with about half of what counts the beats. By the real time, as its loss is found out by that.</summary>
public sealed class LostSiloTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task The_other_expires_who_beats_no_more_and_nobody_else()
    {
        await using var silos = new TwoSilos();
        await silos.InitializeAsync();
        var me = TestRegistry.NewCaller();
        var services = silos.Services.First();
        var agents = services.GetRequiredService<IAgentRegistry>();
        var liveness = services.GetRequiredService<IAgentLiveness>();
        var instances = services.GetRequiredService<IAgentInstances>();
        string[] beating = [.. Enumerable.Range(0, 50).Select(i => $"a{i}")];
        string[] silent = [.. Enumerable.Range(0, 50).Select(i => $"s{i}")];
        await agents.RegisterManyAsync(me, [.. beating.Concat(silent).Select(id => Cards.Registration(id) with { Ttl = Ttl })]);
        await agents.RegisterAsync(me, Cards.Registration("several"));
        foreach (var id in beating.Concat(silent))
        {
            await instances.PutAsync(me, "several", id, new InstanceRegistration("http://host") { Ttl = Ttl, Ephemeral = id == silent[0] });
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var beats = Task.WhenAll(beating.SelectMany(id => (LeaseHolder[])[id, new("several", id)]).Select(id => BeatAsync(id, enough.Token)));
        await Eventually.TrueAsync(async () => (await agents.GetStatsAsync(me)).Unhealthy == 50, "the silent to be unhealthy");
        await silos.KillSecondAsync();
        await Eventually.TrueAsync(async () => (await agents.GetStatsAsync(me)).Expired == 50, "the silent to expire");
        await Eventually.TrueAsync(async () => await CountAsync(AgentHealth.Expired) == 49, "the silent instances to expire");
        await enough.CancelAsync();
        await beats;
        foreach (var id in beating)
        {
            // Its lease was never written again: it was healthy all the time.
            var agent = (await agents.GetAsync(me, id))!;
            Assert.Equal((AgentHealth.Healthy, agent.UpdatedAt), (agent.Health, agent.Lease!.Since));
        }

        // But for the ephemeral one, they are all there, and those that beat were healthy all the time.
        Assert.Equal(99, (await instances.ListAsync(me, "several")).Total);
        var several = (await agents.GetAsync(me, "several"))!.Instances.Where(one => one.Health == AgentHealth.Healthy).ToList();
        Assert.Equal(beating.Order(StringComparer.Ordinal), several.Select(one => one.Name));
        Assert.All(several, one => Assert.Equal(one.UpdatedAt, one.Lease!.Since));

        async Task<int> CountAsync(AgentHealth health) =>
            (await instances.ListAsync(me, "several", new InstanceQuery { Health = health })).Total;

        async Task BeatAsync(LeaseHolder id, CancellationToken cancellationToken)
        {
            var calls = new List<Task>();
            while (!cancellationToken.IsCancellationRequested)
            {
                // Not one after the other: a call may wait until the loss of the silo is noticed.
                calls.Add(liveness.HeartbeatAsync(me, id, CancellationToken.None));
                await Task.Delay(500, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await Task.WhenAll(calls).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
