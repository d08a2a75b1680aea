namespace OrleansRegistry.Storage.Sqlite;

/// <summary>Where and how a <see cref="SqliteStore"/> keeps its database. A wrong value stops the start with its name.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>
    /// The folder of <c>registry.db</c>; created where it does not exist. One process at a time. Null: a database in memory, gone with the store.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>Check the whole file for damage before serving (<c>PRAGMA quick_check</c>): it reads all of it once.</summary>
    public bool CheckAtStart { get; init; } = true;

    /// <summary>Bring the schema up to date when the store opens; else a schema that is behind stops the start.</summary>
    public bool RunMigrations { get; init; } = true;

    /// <summary>
    /// Only read a database that is there, also beside the process that serves it. The store takes no writes and tells no changes, and nothing is checked
    /// or brought up to date.
    /// </summary>
    public bool ReadOnly { get; init; }

    /// <summary>The most reads that run at once, beside the writer: 1 to 64.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>About how many bytes of writes are put into the write-ahead log before they are moved into the database: 64 KiB to 4 GiB.</summary>
    public long CheckpointBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>The most writes that wait for the disk; more are refused as busy. 1 or more.</summary>
    public int MaxQueuedWrites { get; init; } = 65_536;

    /// <summary>The most bytes that wait for the disk; more are refused as busy (one write is always taken). 1 or more.</summary>
    public long MaxQueuedBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>How far back the change feeds reach.</summary>
    public ChangeLogLimits Feed { get; init; } = new();

    /// <exception cref="StoreStartException">A value is out of its range.</exception>
    internal void Validate()
    {
        Require(Directory is null || !string.IsNullOrWhiteSpace(Directory), nameof(Directory), $"'{Directory}'", "the path of a folder");
        Require(!ReadOnly || Directory is not null, nameof(Directory), "null", "the path of a folder, as a database in memory has nothing to read");
        Require(Readers is >= 1 and <= 64, nameof(Readers), Readers, "1 to 64");
        Require(CheckpointBytes is >= 64 * 1024 and <= 1L << 32, nameof(CheckpointBytes), CheckpointBytes, "65536 to 4294967296 (bytes)");
        Require(MaxQueuedWrites >= 1, nameof(MaxQueuedWrites), MaxQueuedWrites, "1 or more");
        Require(MaxQueuedBytes >= 1, nameof(MaxQueuedBytes), MaxQueuedBytes, "1 or more (bytes)");
        Feed.Validate();
    }

    private static void Require(bool holds, string name, object value, string rule)
    {
        if (!holds)
        {
            throw new StoreStartException($"{nameof(SqliteStoreOptions)}.{name} is {value}: it must be {rule}.");
        }
    }
}
