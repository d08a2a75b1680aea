using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Clustering;

/// <summary>A gateway that finds no silo waits for one, however long: it may well be started first.</summary>
internal sealed partial class WaitForSiloRetryFilter(
    [RegistryTime] TimeProvider time,
    ILogger<WaitForSiloRetryFilter> logger) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        LogNoSilo(exception.Message);
        await Task.Delay(Pause, time, cancellationToken);
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "No silo of the cluster can be reached yet; the gateway goes on trying ({Reason})")]
    private partial void LogNoSilo(string reason);
}
