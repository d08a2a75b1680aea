using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Trust.Audit;

/// <summary>The lanes of all tenants that this process writes for.</summary>
internal sealed class AuditLanes(
    GrainReferences<IAuditGrain> grains, [RegistryTime] TimeProvider time, ILogger<AuditLane> log) : IDisposable
{
    private readonly ConcurrentDictionary<string, AuditLane> lanes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stopping = new();

    public AuditLane Of(string tenant) => lanes.TryGetValue(tenant, out var known)
        ? known
        : lanes.GetOrAdd(
            tenant, static (name, all) => new AuditLane(
                name, () => all.grains.Get(name, AuditGrainNames.Id), all.time, all.log, all.Token), (grains, time, log, stopping.Token));

    /// <summary>Null where nothing was written yet.</summary>
    public AuditLane? Find(string tenant) => lanes.GetValueOrDefault(tenant);

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }
}
