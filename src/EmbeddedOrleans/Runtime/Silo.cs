using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbeddedOrleans;

/// <summary>The part of the engine that runs by itself: idle collection, response timeouts, and the orderly stop.</summary>
internal sealed partial class Silo(Catalog catalog, ILogger<Silo> log) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await catalog.Stop(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStoppedEarly(log);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Every(catalog.Collection.CollectionQuantum, catalog.CollectIdle, stoppingToken),
        Every(catalog.Messaging.ResponseTimeout / 6, catalog.FailOverdue, stoppingToken));

    private async Task Every(TimeSpan period, Action action, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, catalog.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                action();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopping(log);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Some grains had not deactivated when the time to stop was over.")]
    private static partial void LogStoppedEarly(ILogger log);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Stopping.")]
    private static partial void LogStopping(ILogger log);
}
