using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Snapshots;

/// <summary>Runs <see cref="SnapshotUpkeep"/> from time to time, and <see cref="SnapshotSchedule"/> when it is due.</summary>
internal sealed class SnapshotUpkeepService(
    SnapshotUpkeep upkeep, SnapshotSchedule schedule, BackgroundLoops loops, [RegistryTime] TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstSweep = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromHours(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var nextSweep = time.GetUtcNow() + FirstSweep;
        return Task.WhenAll(
            loops.RepeatAsync("the retention of snapshots", Often, upkeep.ApplyRetentionAsync, stoppingToken),
            loops.RepeatAsync("the end of uploads", Often, upkeep.DropUploadsAsync, stoppingToken),
            loops.RepeatAsync(
                "the sweep of snapshots",
                Often,
                async token =>
                {
                    if (time.GetUtcNow() >= nextSweep)
                    {
                        await upkeep.SweepAsync(token);
                        nextSweep = time.GetUtcNow() + BetweenSweeps;
                    }
                },
                stoppingToken),
            schedule.IsOn ? loops.RunAsync("scheduled snapshots", schedule.RunNextAsync, stoppingToken) : Task.CompletedTask);
    }
}
