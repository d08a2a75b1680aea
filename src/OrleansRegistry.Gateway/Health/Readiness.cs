using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansRegistry.Gateway.Health;

/// <summary>Whether the registry can serve now: all health checks of the host that are tagged <c>ready</c>.</summary>
internal sealed class Readiness(HealthCheckService checks)
{
    public const string Tag = "ready";

    public Task<HealthReport> CheckAsync(CancellationToken cancellationToken) =>
        checks.CheckHealthAsync(check => check.Tags.Contains(Tag), cancellationToken);

    public static string Text(HealthStatus status) => status == HealthStatus.Unhealthy ? "unhealthy" : "healthy";
}
