using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace OrleansRegistry.Trust.Audit;

/// <summary>The lanes of all tenants that this process writes for.</summary>
internal sealed class AuditLanes : IDisposable
{
    private readonly GrainReferences<IAuditGrain> grains;
    private readonly TenantGate tenants;
    private readonly TimeProvider time;
    private readonly ILogger<AuditLane> log;
    private readonly ConcurrentDictionary<string, AuditLane> lanes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stopping = new();

    public AuditLanes(GrainReferences<IAuditGrain> grains, TenantGate tenants, [RegistryTime] TimeProvider time, ILogger<AuditLane> log)
    {
        this.grains = grains;
        this.tenants = tenants;
        this.time = time;
        this.log = log;
        tenants.OnErasing(tenant => Find(tenant)?.Forget());
    }

    public AuditLane Of(string tenant) => lanes.TryGetValue(tenant, out var known)
        ? known
        : lanes.GetOrAdd(
            tenant,
            static (name, all) => new AuditLane(
                name,
                () => all.grains.Get(name, AuditGrainNames.Id),
                () => all.tenants.IsErasing(name),
                all.time,
                all.log,
                all.stopping.Token),
            this);

    /// <summary>Whether a tenant was erased: who knocks there has no entries.</summary>
    public bool IsErased(string tenant) => tenants.IsErased(tenant);

    /// <summary>Null where nothing was written yet.</summary>
    public AuditLane? Find(string tenant) => lanes.GetValueOrDefault(tenant);

    /// <summary>Writes what waits, and what is late once more, and logs what is left. Ends within <paramref name="most"/>.</summary>
    public async Task EndAsync(TimeSpan most)
    {
        await stopping.CancelAsync();
        await Task.WhenAll(lanes.Values.Select(lane => lane.EndAsync()))
            .WaitAsync(most, TimeProvider.System)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var lane in lanes.Values)
        {
            lane.TellGivenUp();
        }
    }

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }
}

/// <summary>Has entries written that wait, after the server has ended and before the silo, or the connection to the others, does.</summary>
internal sealed class AuditDrain(IServiceProvider services) : ILifecycleParticipant<ISiloLifecycle>, ILifecycleParticipant<IClusterClientLifecycle>
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(5);

    public void Participate(ISiloLifecycle observer) => Add(observer);

    public void Participate(IClusterClientLifecycle observer) => Add(observer);

    private void Add(ILifecycleObservable observer) => observer.Subscribe(
        nameof(AuditDrain),
        ServiceLifecycleStage.Last,
        _ => Task.CompletedTask,
        _ => services.GetRequiredService<AuditLanes>().EndAsync(Most));
}
