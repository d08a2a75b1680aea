using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansRegistry.Gateway.Health;

/// <summary>
/// Whether the registry can serve now: all health checks of the host that are tagged <c>ready</c>; of these, <c>serving</c> has what concerns
/// this process alone.
/// </summary>
internal sealed class Readiness(HealthCheckService checks)
{
    public const string Tag = "ready";
    public const string LocalTag = "serving";

    public Task<HealthReport> CheckAsync(CancellationToken cancellationToken) => CheckAsync(Tag, cancellationToken);

    public Task<HealthReport> CheckAsync(string tag, CancellationToken cancellationToken) =>
        checks.CheckHealthAsync(check => check.Tags.Contains(tag), cancellationToken);

    public static string Text(HealthStatus status) => status == HealthStatus.Unhealthy ? "unhealthy" : "healthy";
}
