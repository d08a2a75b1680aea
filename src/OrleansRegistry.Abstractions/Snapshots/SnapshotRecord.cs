namespace OrleansRegistry;

/// <summary>What is known of a snapshot: all but the state itself.</summary>
public sealed record SnapshotRecord
{
    /// <summary>The tenant that the snapshot belongs to.</summary>
    public required string Tenant { get; init; }

    /// <summary>Unique within the tenant, and among the agent's snapshots of one owner.</summary>
    public required string Id { get; init; }

    /// <summary>The agent whose state it is.</summary>
    public required string AgentId { get; init; }

    /// <summary>The session that the state is of.</summary>
    public required string SessionId { get; init; }

    /// <summary>The number of the snapshot within the session, from 0.</summary>
    public required long Index { get; init; }

    /// <summary>The subject that saved it.</summary>
    public required string Owner { get; init; }

    /// <summary>When it was taken, in UTC, to the millisecond. A file of another system may have a finer time.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>When this registry stored it.</summary>
    public required DateTimeOffset SavedAt { get; init; }

    /// <summary>
    /// The SHA-256 in lower-case hexadecimal digits of the state as compact JSON: names in the order of their bytes, numbers as Rust's serde_json
    /// reads and spells them.
    /// </summary>
    public required string ContentHash { get; init; }

    /// <summary>The version of the file's format: 1.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>What its author says of it; null for nothing.</summary>
    public string? Description { get; init; }

    /// <summary>The bytes of the state in the form that was hashed.</summary>
    public required long UncompressedSize { get; init; }

    /// <summary>The bytes of the file.</summary>
    public required long CompressedSize { get; init; }

    /// <summary>Set in the result of a save: the same was saved before, and nothing was stored.</summary>
    public bool Repeated { get; init; }
}

/// <summary>A state or file that is being read. Dispose it.</summary>
/// <param name="Snapshot">Whose it is.</param>
/// <param name="Stream">Its bytes, from the first.</param>
/// <param name="Length">How many there are.</param>
public sealed record SnapshotContent(SnapshotRecord Snapshot, Stream Stream, long Length) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}

/// <summary>Selects snapshots, newest first. A snapshot must match every filter that is set.</summary>
public sealed record SnapshotQuery
{
    /// <summary>The agent. Null matches all.</summary>
    public string? AgentId { get; init; }

    /// <summary>The session. Null matches all.</summary>
    public string? SessionId { get; init; }

    /// <summary>The index. Null matches all.</summary>
    public long? Index { get; init; }

    /// <summary>Taken at this time or later. Null matches all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Taken before this time. Null matches all.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Is found in the description, in letters of either case. Null matches all.</summary>
    public string? Text { get; init; }

    /// <summary>The most snapshots of a page, within <see cref="PageLimit.Snapshots"/>.</summary>
    public int PageSize { get; init; } = PageLimit.Snapshots.Usual;

    /// <summary>The <see cref="SnapshotPage.NextPageToken"/> of the previous page; null for the first. The rest of the query must be
    /// unchanged.</summary>
    public string? PageToken { get; init; }
}

/// <summary>One page of snapshots.</summary>
/// <param name="Snapshots">Newest first. With <see cref="SnapshotQuery.Text"/> a page may have few or none, and more follow.</param>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record SnapshotPage(IReadOnlyList<SnapshotRecord> Snapshots, string? NextPageToken)
{
    /// <summary>The ids of records left out of this page because they cannot be read.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];
}
