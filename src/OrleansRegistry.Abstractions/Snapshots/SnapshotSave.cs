namespace OrleansRegistry;

/// <summary>What to save a state as.</summary>
public sealed record SnapshotSave
{
    /// <summary>The session of states that belong to none.</summary>
    public const string DefaultSession = "default_session";

    /// <summary>The longest <see cref="Description"/>, in UTF-16 code units.</summary>
    public const int MaxDescription = 4_096;

    /// <summary>The agent whose state it is. It need not be registered.</summary>
    public required string AgentId { get; init; }

    /// <summary>The session that the state is of.</summary>
    public string SessionId { get; init; } = DefaultSession;

    /// <summary>The number within the session, from 0; null: one more than that of the session's newest snapshot.</summary>
    public long? Index { get; init; }

    /// <summary>What to say of it, up to <see cref="MaxDescription"/>; null for nothing.</summary>
    public string? Description { get; init; }

    /// <summary>True: takes the place of the snapshot with that index.</summary>
    public bool Replace { get; init; }
}

/// <summary>A snapshot whose state comes in parts.</summary>
/// <param name="SnapshotId">The id that the snapshot will have.</param>
/// <param name="ExpiresAt">When it is dropped unless it is completed.</param>
public sealed record SnapshotUpload(string SnapshotId, string AgentId, string SessionId, DateTimeOffset ExpiresAt);

/// <summary>A part of a state that is not whole yet.</summary>
/// <param name="Size">In bytes.</param>
public sealed record SnapshotPart(int Number, long Size);
