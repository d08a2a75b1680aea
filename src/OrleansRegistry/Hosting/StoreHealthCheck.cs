using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Hosting;

/// <summary>Ready: the store answers. The endpoint is public, so the reason omits names and addresses; the log has them.</summary>
internal sealed partial class StoreHealthCheck(IRecordStore store, ILogger<StoreHealthCheck> logger) : IHealthCheck
{
    // Probes give up soon, and a slower store cannot serve requests.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private volatile bool told;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var revision = await store.CurrentRevisionAsync(AgentKind.Kind, cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);
            told = false;
            return store.WritesStopped is { } reason
                ? HealthCheckResult.Unhealthy($"{store.Name}: {reason}")
                : HealthCheckResult.Healthy($"{store.Name}, revision {revision}");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Once, and not for each probe.
            if (!told)
            {
                told = true;
                LogNotReady(fault, store.Description);
            }

            return HealthCheckResult.Unhealthy($"{store.Name}: {Reason(fault)}");
        }
    }

    private static string Reason(Exception fault) => fault switch
    {
        RegistryException => fault.Message,
        TimeoutException => "it did not answer in time",
        _ => "it failed; the registry's log says how",
    };

    [LoggerMessage(LogLevel.Warning, "Not ready: the {Store} cannot answer")]
    private partial void LogNotReady(Exception fault, string store);
}
