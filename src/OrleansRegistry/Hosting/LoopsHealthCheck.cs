using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansRegistry.Hosting;

/// <summary>Tells of background work that fails. The process is ready all the same: requests are answered without it, for a while.</summary>
internal sealed class LoopsHealthCheck(BackgroundLoops loops) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        loops.Failing is { Count: > 0 } failing
            ? HealthCheckResult.Degraded($"failed, and is tried again (the registry's log says why): {string.Join(", ", failing)}")
            : HealthCheckResult.Healthy("all that runs in the background does"));
}
