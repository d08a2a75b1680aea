using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Hosting;

/// <summary>
/// After a request to stop, the process reports itself as not ready and keeps serving for a while: balancers turn away before the first
/// connection is refused. Then requests finish, and the silo hands over.
/// </summary>
internal sealed class GracefulStop(IHostApplicationLifetime lifetime, RegistryOptions options, [RegistryTime] TimeProvider time)
    : IHostedLifecycleService, IHealthCheck
{
    /// <summary>Runs before the server or the silo begins to stop.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) =>
        options.Cluster.DrainTime > TimeSpan.Zero ? Task.Delay(options.Cluster.DrainTime, time, cancellationToken) : Task.CompletedTask;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("this process is stopping")
            : HealthCheckResult.Healthy("this process takes requests"));

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
