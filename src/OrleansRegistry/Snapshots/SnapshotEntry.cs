namespace OrleansRegistry.Snapshots;

/// <summary>A snapshot in the index: what callers see of it, and where its file is.</summary>
internal sealed record SnapshotEntry
{
    public required SnapshotRecord Snapshot { get; init; }

    /// <summary>The metadata as its file has it.</summary>
    public required RawJson Metadata { get; init; }

    /// <summary>The name of its file in the object store.</summary>
    public required string ObjectName { get; init; }

    /// <summary>The end of that name, which no other has.</summary>
    public required string ObjectId { get; init; }

    /// <summary>The SHA-256 of the file.</summary>
    public required string FileHash { get; init; }

    /// <summary>The bytes of the state in the file.</summary>
    public required long StateBytes { get; init; }

    /// <summary>Their SHA-256.</summary>
    public required string StateHash { get; init; }

    /// <summary>The version of the record; 0 for one that is not stored.</summary>
    public long Version { get; init; }

    public UnknownMembers Unknown { get; init; }
}
