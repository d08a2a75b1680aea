namespace OrleansRegistry;

/// <summary>What a task is doing, and since when.</summary>
/// <param name="Timestamp">In UTC, to the millisecond.</param>
/// <param name="Message">The A2A message that came with the state; empty where none did.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskStatus")]
public sealed record TaskStatus([property: Id(0)] TaskState State, [property: Id(1)] DateTimeOffset Timestamp, [property: Id(2)] RawJson Message = default);

/// <summary>Who works on a task, until when.</summary>
/// <param name="Token">Known to the holder alone: empty but where the task was claimed or its lease renewed.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskLease")]
public sealed record TaskLease([property: Id(0)] string Worker, [property: Id(1)] string Token, [property: Id(2)] DateTimeOffset ExpiresAt)
{
    /// <summary>Members of the stored lease that a newer version wrote, carried through changes; empty where there are none.</summary>
    [Id(31)]
    public RawJson Unknown { get; init; }
}

/// <summary>One task as committed, with the part of its history and artifacts that was asked for. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.TaskRecord")]
public sealed record TaskRecord
{
    [Id(0)]
    public required string Tenant { get; init; }

    /// <summary>Unique within the tenant.</summary>
    [Id(1)]
    public required string Id { get; init; }

    [Id(2)]
    public required string ContextId { get; init; }

    /// <summary>The subject that made the task; set once.</summary>
    [Id(3)]
    public required string Owner { get; init; }

    /// <summary>The agent that is to work on it; null for none.</summary>
    [Id(4)]
    public string? AgentId { get; init; }

    [Id(5)]
    public required TaskStatus Status { get; init; }

    /// <summary>One JSON object; empty where there is none.</summary>
    [Id(6)]
    public RawJson Metadata { get; init; }

    /// <summary>One more with every change. A new task begins above all that an older one of its id had, by the time, in microseconds.</summary>
    [Id(7)]
    public long Generation { get; init; }

    [Id(8)]
    public DateTimeOffset CreatedAt { get; init; }

    [Id(9)]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How many messages there are in all.</summary>
    [Id(10)]
    public long HistoryCount { get; init; }

    /// <summary>How many artifacts there are in all.</summary>
    [Id(11)]
    public int ArtifactCount { get; init; }

    /// <summary>The newest messages, oldest of them first, as many as were asked for.</summary>
    [Id(12)]
    public IReadOnlyList<RawJson> History { get; init; } = [];

    /// <summary>The artifacts, each whole, where they were asked for.</summary>
    [Id(13)]
    public IReadOnlyList<RawJson> Artifacts { get; init; } = [];

    /// <summary>Null where nobody works on it.</summary>
    [Id(14)]
    public TaskLease? Lease { get; init; }

    /// <summary>The answer has no room for all messages that were asked for: the oldest are left out, and are had page by page.</summary>
    [Id(15)]
    public bool HistoryTruncated { get; init; }

    /// <summary>The answer has no room for all artifacts: those that are there are whole, and the others are had one by one or page by page.</summary>
    [Id(16)]
    public bool ArtifactsTruncated { get; init; }

    /// <summary>When the task fails if it is not over by then; null for never.</summary>
    [Id(17)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>How many claims in a row, the present one included, have brought no change of the task.</summary>
    [Id(18)]
    public int Attempts { get; init; }

    /// <summary>In the answer to a write: that it was carried out before, and the task is as it is now.</summary>
    [Id(30)]
    public bool Repeated { get; init; }

    /// <summary>The bytes of all documents that are here.</summary>
    public long ContentBytes
    {
        get
        {
            var bytes = (long)Metadata.Length + Status.Message.Length;
            foreach (var message in History)
            {
                bytes += message.Length;
            }

            foreach (var artifact in Artifacts)
            {
                bytes += artifact.Length;
            }

            return bytes;
        }
    }
}

/// <summary>How much of a task to load; the default is all of it.</summary>
public readonly record struct TaskView
{
    private readonly bool withoutArtifacts;

    /// <param name="HistoryLength">As <see cref="HistoryLength"/>.</param>
    /// <param name="Artifacts">As <see cref="Artifacts"/>.</param>
    public TaskView(int? HistoryLength, bool Artifacts = true) => (this.HistoryLength, withoutArtifacts) = (HistoryLength, !Artifacts);

    /// <summary>The newest so many messages; null, 0 or negative for all.</summary>
    public int? HistoryLength { get; init; }

    /// <summary>Whether artifacts are loaded.</summary>
    public bool Artifacts
    {
        get => !withoutArtifacts;
        init => withoutArtifacts = !value;
    }

    /// <summary>No history at all, whatever <see cref="HistoryLength"/> says.</summary>
    public bool WithoutHistory { get; init; }

    /// <summary>Neither history nor artifacts.</summary>
    public bool HeadOnly { get; init; }

    /// <summary>The lease under which the caller works on the task: its holder sees the task of any owner.</summary>
    public string? LeaseToken { get; init; }

    public ReadConsistency Consistency { get; init; }

    /// <summary>A generation that the caller has seen: a task that is older than that in memory is read as stored, as with <see cref="ReadConsistency.Strong"/>.</summary>
    public long? SeenGeneration { get; init; }
}

/// <summary>
/// One change of a task. What the change did not touch is null or empty. Every change is one event.
/// </summary>
/// <param name="Snapshot">The whole task, where the event is the first of a stream or events in between are no longer held; then the rest is empty.</param>
/// <param name="Status">The status as of this change.</param>
/// <param name="Artifacts">As they were sent, each with <c>append</c> and <c>lastChunk</c> where they had them.</param>
/// <param name="Deleted">The task is gone.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskEvent")]
public sealed record TaskEvent(
    [property: Id(0)] string TaskId,
    [property: Id(1)] string ContextId,
    [property: Id(2)] long Generation,
    [property: Id(3)] TaskRecord? Snapshot = null,
    [property: Id(4)] TaskStatus? Status = null,
    [property: Id(5)] IReadOnlyList<RawJson>? Messages = null,
    [property: Id(6)] IReadOnlyList<TaskArtifact>? Artifacts = null,
    [property: Id(7)] RawJson Metadata = default,
    [property: Id(8)] bool Deleted = false);

/// <summary>An artifact as it is sent to a task.</summary>
/// <param name="Json">The A2A artifact: one JSON object with <c>artifactId</c> and <c>parts</c>.</param>
/// <param name="Append">Its parts are added to those of the artifact with that id; else it takes that one's place.</param>
/// <param name="LastChunk">No more will be appended to it.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskArtifact")]
public readonly record struct TaskArtifact([property: Id(0)] RawJson Json, [property: Id(1)] bool Append = false, [property: Id(2)] bool LastChunk = false);
