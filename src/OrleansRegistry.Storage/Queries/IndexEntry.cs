namespace OrleansRegistry.Storage;

/// <summary>What an index knows of a record. Read and changed under the lock of its index only.</summary>
/// <param name="key">The record's key.</param>
internal abstract class IndexEntry(RecordKey key)
{
    public RecordKey Key { get; } = key;

    public long Version { get; set; }

    /// <summary>The time that lists are ordered by, in ticks of UTC. Fixed while the entry is in a <see cref="SortedRun{T}"/>.</summary>
    public long At { get; set; }

    /// <summary>Which of the runs of an <see cref="EntryGroup{T}"/> it belongs to: 0 to <see cref="EntryGroup{T}.MaxLanes"/> - 1. Fixed as <see cref="At"/> is.</summary>
    public virtual int Lane => 0;

    public int OrderTo(IndexEntry other) => At != other.At ? At.CompareTo(other.At) : KeyOrder.Compare(Key, other.Key);
}

/// <summary>A place between entries: behind the one of this time and key, or, without a key, before all of this time.</summary>
internal readonly record struct IndexPosition(long At, RecordKey? Key)
{
    public static IndexPosition? Of(RecordPosition? position) => position is { } at ? new IndexPosition(at.At.UtcTicks, at.Key) : null;

    public static IndexPosition? Before(DateTimeOffset? time) => time is { } at ? new IndexPosition(at.UtcTicks, null) : null;

    /// <summary>Where the entry lies: negative for before this place, zero for just at its key, positive for behind.</summary>
    public int CompareEntry(IndexEntry entry) =>
        entry.At != At ? entry.At.CompareTo(At) : Key is { } key ? KeyOrder.Compare(entry.Key, key) : 1;

    /// <summary>The later of two places, where both are given.</summary>
    public static IndexPosition? Later(IndexPosition? one, IndexPosition? two) => one is null || (two is not null && Compare(two.Value, one.Value) > 0) ? two : one;

    /// <summary>The earlier of two places, where both are given.</summary>
    public static IndexPosition? Earlier(IndexPosition? one, IndexPosition? two) => one is null || (two is not null && Compare(two.Value, one.Value) < 0) ? two : one;

    private static int Compare(IndexPosition one, IndexPosition two) => (one.At.CompareTo(two.At), one.Key, two.Key) switch
    {
        ( < 0, _, _) => -1,
        ( > 0, _, _) => 1,
        (_, null, null) => 0,
        (_, null, _) => -1,
        (_, _, null) => 1,
        (_, { } first, { } second) => KeyOrder.Compare(first, second),
    };
}

/// <summary>Where an index found a record.</summary>
internal readonly record struct IndexHit(RecordKey Key, long Version, long At)
{
    public IndexPosition Position => new(At, Key);
}
