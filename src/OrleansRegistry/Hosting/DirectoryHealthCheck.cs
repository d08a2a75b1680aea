using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansRegistry.Hosting;

/// <summary>Ready: the agents in memory are those of the store, and not of a state from before it went back.</summary>
internal sealed class DirectoryHealthCheck(IRecordStore store, AgentDirectory directory) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        directory.History == store.History
            ? HealthCheckResult.Healthy($"revision {directory.Revision}")
            : HealthCheckResult.Unhealthy($"the {store.Name} went back to an earlier state, or is another one (a backup was restored, or a standby "
                + "took over): all agents are being read again"));
}
