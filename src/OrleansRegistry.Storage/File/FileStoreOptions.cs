namespace OrleansRegistry.Storage.Files;

/// <summary>Where and how a <see cref="FileStore"/> keeps its log. A wrong value stops the start with its name.</summary>
public sealed record FileStoreOptions
{
    /// <summary>The folder of the log; created where it is not there. One process at a time.</summary>
    public required string Directory { get; init; }

    /// <summary>The size in bytes at which a new segment is begun: 4,096 to 2^40.</summary>
    public long SegmentBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>The most writes that wait for the disk; more are refused as busy. 1 or more.</summary>
    public int MaxQueuedWrites { get; init; } = 65_536;

    /// <summary>The most bytes that wait for the disk; more are refused as busy (one write is always taken). 1 or more.</summary>
    public long MaxQueuedBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>How much of the sealed segments must be dead, in percent, before they are compacted: 1 to 99.</summary>
    public int CompactionDeadPercent { get; init; } = 50;

    /// <summary>How many bytes must be dead before they are compacted: 0 or more.</summary>
    public long CompactionMinDeadBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>How long to wait after a compaction failed before the next is begun: zero or more.</summary>
    public TimeSpan CompactionRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How far back the change feed reaches.</summary>
    public ChangeLogLimits Feed { get; init; } = new();

    /// <exception cref="StoreStartException">A value is out of its range.</exception>
    internal void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(Directory), nameof(Directory), $"'{Directory}'", "the path of a folder");
        Require(SegmentBytes is >= 4096 and <= 1L << 40, nameof(SegmentBytes), SegmentBytes, "4096 to 1099511627776 (bytes)");
        Require(MaxQueuedWrites >= 1, nameof(MaxQueuedWrites), MaxQueuedWrites, "1 or more");
        Require(MaxQueuedBytes >= 1, nameof(MaxQueuedBytes), MaxQueuedBytes, "1 or more (bytes)");
        Require(CompactionDeadPercent is >= 1 and <= 99, nameof(CompactionDeadPercent), CompactionDeadPercent, "1 to 99 (percent)");
        Require(CompactionMinDeadBytes >= 0, nameof(CompactionMinDeadBytes), CompactionMinDeadBytes, "0 or more (bytes)");
        Require(CompactionRetryDelay >= TimeSpan.Zero, nameof(CompactionRetryDelay), CompactionRetryDelay, "zero or more");
        Feed.Validate();
    }

    private static void Require(bool holds, string name, object value, string rule)
    {
        if (!holds)
        {
            throw new StoreStartException($"{nameof(FileStoreOptions)}.{name} is {value}: it must be {rule}.");
        }
    }
}
