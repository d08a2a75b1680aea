using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Agents.Sources;

/// <summary>Looks every few seconds which cards are due to be fetched anew.</summary>
internal sealed class RefreshService(RefreshSchedule schedule, CardFetchOptions options, BackgroundLoops loops) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options is { Enabled: true, Refresh: true }
            ? loops.RepeatAsync("the refresh of cards", Often, schedule.RunAsync, stoppingToken)
            : Task.CompletedTask;
}
