using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>A kind with a feed: its writes, which take revisions one batch after the other, its reads, and what follows its commits.</summary>
internal sealed class FollowedKind : IAsyncDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);

    private readonly PostgresStoreOptions options;
    private readonly TombstoneSweep sweep;
    private readonly ChangeListener listener;
    private readonly TableProjection? projection;

    public FollowedKind(RecordKind kind, PostgresDatabase database, PostgresStoreOptions options, TimeProvider time, ILogger logger)
    {
        Kind = kind;
        this.options = options;
        var table = RecordTable.Of(kind);
        Feed = new PostgresFeed(database, table, options.FeedPollInterval, time, logger);
        Writes = new GroupCommit(database, options, Feed.History, Feed, logger);
        Reads = new ReadBatcher(database, Writes);
        sweep = new TombstoneSweep(database, table, options.TombstoneAge, logger);
        listener = new ChangeListener(database, Feed, () => Writes.WriterId, logger);
        projection = kind.Projection is { } declared ? new TableProjection(database, Feed, declared, time) : null;
    }

    public RecordKind Kind { get; }

    public PostgresFeed Feed { get; }

    public GroupCommit Writes { get; }

    public ReadBatcher Reads { get; }

    /// <summary>Reads where the feed begins, and starts the loops.</summary>
    /// <returns>What ends once all loops that <paramref name="ending"/> stops have ended.</returns>
    public async Task<Task> StartAsync(BackgroundLoops loops, CancellationToken cancellationToken, CancellationToken ending)
    {
        await Feed.History.StartAsync(cancellationToken);
        Writes.Start(loops, $"the writing of {Kind.Table}");
        Reads.Start(loops, $"the reading of {Kind.Table}");
        var running = new List<Task>
        {
            Task.Run(
                () => loops.RunAsync($"the listening for changes of {Kind.Table} by other processes", listener.RoundAsync, ending),
                CancellationToken.None),
            loops.RepeatAsync($"the watch for a database that went back ({Kind.Table})", options.FeedPollInterval, Feed.WatchAsync, ending),
            loops.RepeatAsync($"the removal of old deletions of {Kind.Table}", SweepPeriod, sweep.SweepAsync, ending),
        };
        if (projection is not null)
        {
            running.Add(
                Task.Run(() => loops.RunAsync($"the filling of {Kind.Projection!.Table}", projection.RoundAsync, ending), CancellationToken.None));
        }

        return Task.WhenAll(running);
    }

    /// <summary>Removes the deletions that are old enough, now.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) => sweep.SweepAsync(cancellationToken);

    /// <summary>Called once the loops have ended.</summary>
    public ValueTask DisposeAsync() => listener.DisposeAsync();
}
