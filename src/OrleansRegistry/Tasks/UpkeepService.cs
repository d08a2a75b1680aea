using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Tasks;

/// <summary>Runs <see cref="TaskUpkeep"/> from time to time.</summary>
internal sealed class UpkeepService(TaskUpkeep upkeep, PushOptions push, BackgroundLoops loops) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(60);

    /// <summary>Each in a loop of its own: leases must not wait for a retention that has much to delete.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        loops.RepeatAsync("the end of leases", Often, upkeep.EndLeasesAsync, stoppingToken),
        push.Enabled ? loops.RepeatAsync("the notifications that wait", Often, upkeep.ResumePushAsync, stoppingToken) : Task.CompletedTask,
        loops.RepeatAsync("the end of deadlines", Often, upkeep.EndDeadlinesAsync, stoppingToken),
        loops.RepeatAsync("the rest of deletions", Seldom, upkeep.FinishDeletionsAsync, stoppingToken),
        loops.RepeatAsync("the retention", Seldom, upkeep.ApplyRetentionAsync, stoppingToken));
}
