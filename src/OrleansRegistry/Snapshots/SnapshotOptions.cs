using OrleansRegistry.Objects;

namespace OrleansRegistry.Snapshots;

/// <summary>Where snapshots of agents' states are kept, for how long, and which are made by themselves.</summary>
public sealed record SnapshotOptions
{
    /// <summary>Where their files are (<c>SNAPSHOT_STORE</c>); null for a folder of the registry's own.</summary>
    public ObjectPlace? Place { get; init; }

    /// <summary>The largest state, unpacked (<c>PERSIST_MAX_FILE_SIZE</c>).</summary>
    public long MaxBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>The level of gzip (<c>PERSIST_COMPRESSION_LEVEL</c>).</summary>
    public int CompressionLevel { get; init; } = 6;

    /// <summary>How many of each session are kept (<c>SNAPSHOT_KEEP</c>); 0 for all.</summary>
    public int Keep { get; init; }

    /// <summary>How long they are kept (<c>SNAPSHOT_RETENTION_SECONDS</c>); null for always.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>When every agent's card is saved with its open tasks (<c>SNAPSHOT_SCHEDULE</c>), as a cron expression in UTC; null for
    /// never.</summary>
    public string? Schedule { get; init; }
}
