using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Backups;

/// <summary>Runs <see cref="BackupSchedule"/> where there is one, and tells of the newest backup.</summary>
internal sealed class BackupService(BackupSchedule schedule, RegistryOptions options, BackgroundLoops loops) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        schedule.IsOn ? loops.RunAsync("scheduled backups", schedule.RunNextAsync, stoppingToken) : Task.CompletedTask,
        schedule.IsOn || options.Backups.Place is not null
            ? loops.RepeatAsync("the look for backups", Often, schedule.LookNowAndThenAsync, stoppingToken)
            : Task.CompletedTask);
}
