using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Directory;

/// <summary>
/// Fills the directory from the store before the host serves, and then follows the store's change feed. When the store
/// cannot be read it tries again, later each time; the directory serves what it has.
/// </summary>
public sealed partial class DirectoryFeed(
    IRecordStore store,
    AgentDecoder decoder,
    AgentDirectory directory,
    BackgroundLoops loops,
    [RegistryTime] TimeProvider time,
    ILogger<DirectoryFeed> logger) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken);
        var started = time.GetTimestamp();
        var count = await directory.LoadAsync(await store.ScanAsync(decoder.Kind, after: null, cancellationToken), cancellationToken);
        LogLoaded(count, directory.Revision, store.Description, time.GetElapsedTime(started).TotalMilliseconds);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.RunAsync("the directory, which follows the changes of agents,", FollowAsync, stoppingToken);

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (directory.History != store.History)
        {
            await StartOverAsync(cancellationToken);
            return;
        }

        try
        {
            var changes = await store.ReadChangesAsync(decoder.Kind, directory.Revision, cancellationToken);
            if (directory.History == store.History)
            {
                directory.Apply(changes);
            }
        }
        catch (HistoryChangedException)
        {
            // The next round starts over.
        }
        catch (RevisionCompactedException behind)
        {
            LogStartingOver(behind);
            await directory.LoadAsync(await store.ScanAsync(decoder.Kind, after: null, cancellationToken), cancellationToken);
        }
    }

    /// <summary>Puts the agents of another history in the place of those that are held, which are served until then.</summary>
    private async Task StartOverAsync(CancellationToken cancellationToken)
    {
        // Where it changes again meanwhile, the next round sees that.
        var history = store.History;
        var started = time.GetTimestamp();
        var count = await directory.ReplaceAsync(await store.ScanAsync(decoder.Kind, after: null, cancellationToken), history, cancellationToken);
        LogLoaded(count, directory.Revision, store.Description, time.GetElapsedTime(started).TotalMilliseconds);
    }

    [LoggerMessage(LogLevel.Information, "Directory: {Count} agents at revision {Revision}, loaded from the {Store} in {Elapsed:F0} ms")]
    private partial void LogLoaded(int count, long revision, string store, double elapsed);

    [LoggerMessage(LogLevel.Warning, "The directory fell behind the change feed and loads all agents again")]
    private partial void LogStartingOver(Exception behind);
}
