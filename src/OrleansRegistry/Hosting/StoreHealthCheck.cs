using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Hosting;

/// <summary>Ready: the store answers.</summary>
internal sealed class StoreHealthCheck(IRecordStore store) : IHealthCheck
{
    // Probes give up soon, and a store that takes longer is none that can serve.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var revision = await store.CurrentRevisionAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);
            return store.WritesStopped is { } reason
                ? HealthCheckResult.Unhealthy($"{store.Description}: {reason}")
                : HealthCheckResult.Healthy($"{store.Description}, revision {revision}");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy($"{store.Description}: {fault.Message}", fault);
        }
    }
}
