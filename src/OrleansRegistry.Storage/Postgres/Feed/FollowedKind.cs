using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>A kind with a feed: its writes, which take revisions one batch after the other, its reads, and what follows its commits.</summary>
internal sealed class FollowedKind
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);

    private readonly TombstoneSweep sweep;
    private readonly TableProjection? projection;

    public FollowedKind(
        FollowedTable followed,
        DatabaseHistory history,
        PostgresDatabase database,
        PostgresStoreOptions options,
        TimeProvider time,
        ILogger logger)
    {
        var table = followed.Table;
        Kind = table.Kind;
        Feed = new PostgresFeed(database, followed, history, options.FeedPollInterval, time);
        Writes = new GroupCommit(database, options, history, Feed, logger);
        Reads = new ReadBatcher(database, Writes);
        sweep = new TombstoneSweep(database, table, options.TombstoneAge, logger);
        projection = Kind.Projection is { } declared ? new TableProjection(database, Feed, declared, time) : null;
    }

    public RecordKind Kind { get; }

    public PostgresFeed Feed { get; }

    public GroupCommit Writes { get; }

    public ReadBatcher Reads { get; }

    /// <summary>Starts the loops, once it is known where the feed begins.</summary>
    /// <returns>What ends once all loops that <paramref name="ending"/> stops have ended.</returns>
    public Task Start(BackgroundLoops loops, CancellationToken ending)
    {
        Writes.Start(loops, $"the writing of {Kind.Table}");
        Reads.Start(loops, $"the reading of {Kind.Table}");
        var sweeping = loops.RepeatAsync($"the removal of old deletions of {Kind.Table}", SweepPeriod, sweep.SweepAsync, ending);
        return projection is null
            ? sweeping
            : Task.WhenAll(
                sweeping,
                Task.Run(() => loops.RunAsync($"the filling of {Kind.Projection!.Table}", projection.RoundAsync, ending), CancellationToken.None));
    }

    /// <summary>Removes the deletions that are old enough, now.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) => sweep.SweepAsync(cancellationToken);
}
