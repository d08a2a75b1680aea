using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Model;

namespace OrleansRegistry.Tasks;

/// <summary>Runs <see cref="TaskUpkeep"/> from time to time.</summary>
internal sealed partial class UpkeepService(TaskUpkeep upkeep, [RegistryTime] TimeProvider time, ILogger<UpkeepService> log) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(3);

    /// <summary>Every so many times: deletions and retention.</summary>
    private const int Seldom = 20;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Often, time);
        try
        {
            for (var round = 1; await timer.WaitForNextTickAsync(stoppingToken); round++)
            {
                await Try("leases", upkeep.EndLeases, stoppingToken);
                if (round % Seldom == 0)
                {
                    await Try("unfinished deletions", upkeep.FinishDeletions, stoppingToken);
                    await Try("retention", upkeep.ApplyRetention, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task Try(string what, Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        try
        {
            await work(stoppingToken);
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            LogFault(log, fault, what);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The upkeep of tasks ({What}) failed; it is tried again.")]
    private static partial void LogFault(ILogger log, Exception fault, string what);
}
