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
    IRecordStore store, AgentDirectory directory, [RegistryTime] TimeProvider time, ILogger<DirectoryFeed> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken);
        var started = time.GetTimestamp();
        var count = await directory.LoadAsync(await store.SnapshotAsync(cancellationToken), cancellationToken);
        LogLoaded(count, directory.Revision, store.Description, time.GetElapsedTime(started).TotalMilliseconds);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
                pause = FirstPause;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                LogFeedFault(fault, pause.TotalSeconds);
                await Task.Delay(pause, time, stoppingToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

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

    [LoggerMessage(LogLevel.Error, "The change feed cannot be read; the directory serves what it has and tries again in {Seconds} s")]
    private partial void LogFeedFault(Exception fault, double seconds);
}
