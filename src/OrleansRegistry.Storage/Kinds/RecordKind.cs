namespace OrleansRegistry.Storage;

/// <summary>
/// A kind of record, declared once by the feature that owns it. Stores know no kind by name: their tables, writes, queries, counts and scans follow
/// from the declaration. Its tables come from a migration for each dialect; <see cref="KindSchema"/> prints one.
/// </summary>
public sealed class RecordKind
{
    /// <summary>Identifies the kind where a name is too long, such as in a lock. 1 to 255; never reuse one.</summary>
    public required byte Number { get; init; }

    /// <summary>Singular, lower case; names the kind in logs, errors and the table of revisions: <c>task</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The table that holds its records: <c>task_records</c>.</summary>
    public required string Table { get; init; }

    /// <summary>What queries can use. Empty for a kind that is only read by key and scanned.</summary>
    public IReadOnlyList<RecordColumn> Columns { get; init; } = [];

    /// <summary>The time columns that lists can be ordered by; the first is the default. Ties go by tenant and id.</summary>
    public IReadOnlyList<RecordOrder> Orders { get; init; } = [];

    /// <summary>
    /// The text columns that lists are narrowed down to one value of, the most selective first. Each has an index that ends with the order, within
    /// one tenant.
    /// </summary>
    public IReadOnlyList<RecordColumn> Groups { get; init; } = [];

    /// <summary>
    /// A column of few values that lists often ask for some of. The indexes of lists hold it before the order, and a list merges one ordered scan for
    /// each value: it costs the page, however many records have other values.
    /// </summary>
    public RecordLane? Lane { get; init; }

    /// <summary>Time columns that few records have and that are searched for what is past; each has an index of its own.</summary>
    public IReadOnlyList<RecordColumn> Due { get; init; } = [];

    /// <summary>
    /// Sets of text columns whose values together no two records of a tenant share. A record that lacks one of them is not compared.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<RecordColumn>> Unique { get; init; } = [];

    /// <summary>
    /// The versions of all its records are one sequence, the kind's revisions, in commit order and without gaps; its changes can be followed. Such a
    /// kind has no <see cref="Columns"/>: its followers index it in memory.
    /// </summary>
    public bool HasFeed { get; init; }

    /// <summary>Its records are large and many: their reads and writes wait in queues of their own and hold up nothing else.</summary>
    public bool IsBulk { get; init; }

    /// <summary>
    /// For a kind with a feed: a table for queries by hand, filled moments after each commit. PostgreSQL only; on SQLite a view has its place.
    /// </summary>
    public RecordProjection? Projection { get; init; }

    public override string ToString() => Name;
}

/// <summary>An order of lists.</summary>
/// <param name="Column">A time column.</param>
/// <param name="Second">
/// A column that stores fill with the time cut to its second. The indexes hold it in place of the time, and the rest of the order is a sort of the
/// few records that share a second: records that change many times a second touch no index. Null: the indexes hold the time. </param>
public sealed record RecordOrder(RecordColumn Column, string? Second = null);

/// <summary>A column of few values.</summary>
/// <param name="Column">A text column.</param>
/// <param name="Values">All values that this version knows.</param>
public sealed record RecordLane(RecordColumn Column, IReadOnlyList<string> Values);
