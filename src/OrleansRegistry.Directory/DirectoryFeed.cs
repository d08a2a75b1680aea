using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Model;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Directory;

/// <summary>
/// Fills the directory from the store before the host serves, and then follows the store's change feed. When the store
/// cannot be read it tries again, later each time; the directory serves what it has.
/// </summary>
public sealed partial class DirectoryFeed(
    IRecordStore store, AgentDirectory directory, BackgroundLoops loops, [RegistryTime] TimeProvider time, ILogger<DirectoryFeed> logger) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken);
        var started = time.GetTimestamp();
        var count = await directory.LoadAsync(await store.SnapshotAsync(cancellationToken), cancellationToken);
        LogLoaded(count, directory.Revision, store.Description, time.GetElapsedTime(started).TotalMilliseconds);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.RunAsync("the directory, which follows the changes of agents,", FollowAsync, stoppingToken);

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            directory.Apply(await store.ReadChangesAsync(directory.Revision, cancellationToken));
        }
        catch (RevisionCompactedException behind)
        {
            LogStartingOver(behind);
            await directory.LoadAsync(await store.SnapshotAsync(cancellationToken), cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "Directory: {Count} agents at revision {Revision}, loaded from the {Store} in {Elapsed:F0} ms")]
    private partial void LogLoaded(int count, long revision, string store, double elapsed);

    [LoggerMessage(LogLevel.Warning, "The directory fell behind the change feed and loads all agents again")]
    private partial void LogStartingOver(Exception behind);
}
