using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansRegistry.Backups;

/// <summary>Tells of a backup that failed, until one is made. The process is ready all the same. Names no place: the endpoint is public.</summary>
internal sealed class BackupHealth : IHealthCheck
{
    private readonly Lock gate = new();
    private DateTimeOffset? failed;
    private DateTimeOffset? newest;

    public void Failed(DateTimeOffset begunAt)
    {
        lock (gate)
        {
            failed = begunAt;
        }
    }

    /// <summary>There is a good one, whoever made it.</summary>
    public void Succeeded(DateTimeOffset begunAt)
    {
        lock (gate)
        {
            newest = newest > begunAt ? newest : begunAt;
            failed = failed > newest ? failed : null;
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            var last = newest is { } good ? $"the newest good one is of {Text(good)}" : "none is known";
            return Task.FromResult(failed is { } at
                ? HealthCheckResult.Degraded($"the backup of {Text(at)} failed (the registry's log says why); {last}")
                : HealthCheckResult.Healthy(last));
        }
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
