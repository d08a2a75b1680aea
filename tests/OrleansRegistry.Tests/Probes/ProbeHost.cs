using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Tests.Agents.Sources;

namespace OrleansRegistry.Tests.Probes;

/// <summary>A registry whose probes go by a time that stands until it is advanced, and are made then.</summary>
internal sealed class ProbeHost : IAsyncDisposable
{
    private readonly RegistryHost host;

    private ProbeHost(RegistryHost host, FakeTimeProvider time) => (this.host, Time) = (host, time);

    public FakeTimeProvider Time { get; }

    public IAgentRegistry Agents => host.Agents;

    public IAgentProbes Probes => host.Services.GetRequiredService<IAgentProbes>();

    public ProbeSchedule Schedule => host.Services.GetRequiredService<ProbeSchedule>();

    public static async Task<ProbeHost> StartAsync(Action<RegistryOptions>? configure = null, FakeTimeProvider? time = null)
    {
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var host = await RegistryHost.StartAsync(
            options =>
            {
                options.CardFetch = SourceHost.Local;
                configure?.Invoke(options);
            },
            store: null,
            time,
            services => services.Remove(services.Single(service => service.ImplementationType == typeof(ProbeService))));
        var probed = new ProbeHost(host, time);
        await probed.SeeAsync();
        return probed;
    }

    /// <summary>Has the schedule see what happened to agents.</summary>
    public async Task SeeAsync()
    {
        // It ends with the next change, which there is none of: what it began with is seen before.
        using var seen = new CancellationTokenSource();
        var following = Schedule.FollowAsync(seen.Token);
        await seen.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Lets time go by, and makes the probes that are due then.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        Time.Advance(by);
        await Schedule.RunAsync(TestContext.Current.CancellationToken);
        await Schedule.FinishAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}

/// <summary>One registry for tests that need no other. They keep apart by their tenants.</summary>
public sealed class ProbeFixture : IAsyncLifetime
{
    internal ProbeHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await ProbeHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
