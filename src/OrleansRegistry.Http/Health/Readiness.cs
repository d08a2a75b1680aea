using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansRegistry.Http;

/// <summary>
/// Whether the registry can serve now: all health checks that are tagged <see cref="HealthCheckNames.Ready"/>; of these,
/// <see cref="HealthCheckNames.Serving"/> has what concerns this process alone.
/// </summary>
internal sealed class Readiness(HealthCheckService checks)
{
    public Task<HealthReport> CheckAsync(CancellationToken cancellationToken) => CheckAsync(HealthCheckNames.Ready, cancellationToken);

    public Task<HealthReport> CheckAsync(string tag, CancellationToken cancellationToken) =>
        checks.CheckHealthAsync(check => check.Tags.Contains(tag), cancellationToken);

    /// <summary>What the registry calls a check.</summary>
    public static string NameOf(string check) =>
        check.StartsWith(HealthCheckNames.Prefix, StringComparison.Ordinal) ? check[HealthCheckNames.Prefix.Length..] : check;

    /// <summary>The registry as a whole: what is degraded serves.</summary>
    public static string Text(HealthStatus status) => status == HealthStatus.Unhealthy ? "unhealthy" : "healthy";

    /// <summary>One check.</summary>
    public static string TextOfCheck(HealthStatus status) => status == HealthStatus.Degraded ? "degraded" : Text(status);
}
