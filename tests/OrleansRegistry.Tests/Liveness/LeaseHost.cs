using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Agents;
using OrleansRegistry.Liveness;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Liveness;

/// <summary>A registry whose leases go by a time that stands until it is advanced, and are judged then.</summary>
internal sealed class LeaseHost : IAsyncDisposable
{
    private readonly RegistryHost host;

    private LeaseHost(RegistryHost host, FakeTimeProvider time) => (this.host, Time) = (host, time);

    public FakeTimeProvider Time { get; }

    public IAgentRegistry Agents => host.Agents;

    public IAgentLiveness Liveness => host.Services.GetRequiredService<IAgentLiveness>();

    public IServiceProvider Services => host.Services;

    /// <param name="store">Null for one of its own, in memory.</param>
    public static async Task<LeaseHost> StartAsync(
        Action<RegistryOptions>? configure = null, FakeTimeProvider? time = null, IRecordStore? store = null)
    {
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var host = await RegistryHost.StartAsync(configure, store, time, services =>
        {
            // Tests judge themselves.
            services.Remove(services.Single(service => service.ImplementationType == typeof(LivenessService)));
        });
        return new LeaseHost(host, time);
    }

    /// <summary>Lets time go by, with a look at the leases every second.</summary>
    public async Task AdvanceAsync(int seconds)
    {
        var (sweep, store) = (Services.GetRequiredService<LeaseSweep>(), Services.GetRequiredService<IRecordStore>());
        for (var i = 0; i < seconds; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await sweep.JudgeAsync(TestContext.Current.CancellationToken);
            await sweep.WriteAsync(TestContext.Current.CancellationToken);

            // The next look is at what this one wrote: this time does not wait for the feed.
            var written = await store.CurrentRevisionAsync(AgentKind.Kind, TestContext.Current.CancellationToken);
            await Eventually.TrueAsync(() => Agents.Revision >= written, "the directory to know what was written");
        }
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
