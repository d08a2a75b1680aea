using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Liveness;

namespace OrleansRegistry.Tests.Liveness;

/// <summary>What counts the beats is lost: with its silo, or with the whole registry.</summary>
public sealed class LostLeaseTests : IDisposable
{
    private static readonly Caller Me = Caller.Default;
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);
    private static readonly string[] Ids = [.. Enumerable.Range(0, 100).Select(i => $"a{i}")];

    private static readonly LeaseHolder[] Beating = [.. Ids.Take(50).Select(LeaseHolder.FromString)];

    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("registry-test-").FullName;

    [Fact]
    public async Task A_restart_expires_nobody_who_still_beats_and_forgets_nobody_who_does_not()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using (var host = await StartAsync(time))
        {
            await host.Agents.RegisterManyAsync(Me, [.. Ids.Select(id => Cards.Registration(id) with { Ttl = Ttl })]);
            await host.Agents.RegisterAsync(Me, Cards.Registration("ephemeral") with { Ephemeral = true });
            await host.AdvanceAsync(5);
            await host.Liveness.HeartbeatManyAsync(Me, Beating);
            await host.AdvanceAsync(12);
        }

        time.Advance(TimeSpan.FromHours(1));
        await using var again = await StartAsync(time);
        await CountAsync(again, healthy: 50, unhealthy: 51, expired: 0);
        for (var i = 0; i < 4; i++)
        {
            await again.AdvanceAsync(10);
            await again.Liveness.HeartbeatManyAsync(Me, Beating);
        }

        await CountAsync(again, healthy: 50, unhealthy: 0, expired: 50);
        Assert.Null(await again.Agents.GetAsync(Me, "ephemeral"));
    }

    [Fact]
    public async Task A_grain_that_begins_anew_is_told_all_again()
    {
        await using var host = await LeaseHost.StartAsync();
        await host.Agents.RegisterManyAsync(Me, [.. Ids.Select(id => Cards.Registration(id) with { Ttl = Ttl })]);
        await host.AdvanceAsync(14);
        var management = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        await management.ForceActivationCollection(TimeSpan.Zero);

        // All of their leases, and a look or two until the new ones know of them.
        await host.AdvanceAsync(14);
        await CountAsync(host, healthy: 100, unhealthy: 0, expired: 0);
        await host.Liveness.HeartbeatManyAsync(Me, Beating);
        await host.AdvanceAsync(4);
        await CountAsync(host, healthy: 50, unhealthy: 50, expired: 0);
    }

    [Fact]
    public async Task What_is_removed_is_forgotten()
    {
        await using var host = await LeaseHost.StartAsync();
        await host.Agents.RegisterAsync(Me, Cards.Registration("a") with { Ttl = Ttl });
        await host.AdvanceAsync(5);
        var key = new LeaseKey(Me.Tenant, "a");
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ILeaseGrain>(LeaseShare.KeyOf(LeaseShare.Of(key)));
        Assert.NotNull((await grain.Look(key)).Left);
        await host.Agents.RemoveAsync(Me, "a");
        await host.AdvanceAsync(1);
        Assert.Null((await grain.Look(key)).Left);
    }

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    private Task<LeaseHost> StartAsync(FakeTimeProvider time) => LeaseHost.StartAsync(
        options =>
        {
            options.StorageType = StorageType.Sqlite;
            options.DataDirectory = folder;
        },
        time);

    private static async Task CountAsync(LeaseHost host, int healthy, int unhealthy, int expired)
    {
        var stats = await host.Agents.GetStatsAsync(Me);
        Assert.Equal((healthy, unhealthy, expired), (stats.Healthy, stats.Unhealthy, stats.Expired));
    }
}
