using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Model;

namespace OrleansRegistry.Tasks;

/// <summary>Runs <see cref="TaskUpkeep"/> from time to time.</summary>
internal sealed partial class UpkeepService(TaskUpkeep upkeep, [RegistryTime] TimeProvider time, ILogger<UpkeepService> log) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(60);

    /// <summary>Each in a loop of its own: leases must not wait for a retention that has much to delete.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Repeat(Often, "leases", upkeep.EndLeases, stoppingToken),
        Repeat(Seldom, "unfinished deletions", upkeep.FinishDeletions, stoppingToken),
        Repeat(Seldom, "retention", upkeep.ApplyRetention, stoppingToken));

    private async Task Repeat(TimeSpan period, string what, Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Try(what, work, stoppingToken);
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
