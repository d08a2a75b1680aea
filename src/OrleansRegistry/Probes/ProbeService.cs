using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Probes;

/// <summary>Runs <see cref="ProbeSchedule"/>.</summary>
internal sealed class ProbeService(ProbeSchedule schedule, ProbeOptions options, CardFetchOptions fetching, BackgroundLoops loops) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Enabled && fetching.Enabled
        ? Task.WhenAll(
            loops.RunAsync("the look for agents to be probed", schedule.FollowAsync, stoppingToken),
            loops.RepeatAsync("the probes of agents", Often, schedule.RunAsync, stoppingToken))
        : Task.CompletedTask;
}
