using System.Diagnostics.CodeAnalysis;

namespace OrleansRegistry;

/// <summary>The status of a task (A2A 1.0, section 4.1.2).</summary>
/// <param name="State">The state.</param>
/// <param name="Timestamp">When the status was set, in UTC, to the millisecond.</param>
/// <param name="Message">The A2A message of the status; empty when there is none.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskStatus")]
public sealed record TaskStatus(
    [property: Id(0)] TaskState State,
    [property: Id(1)] DateTimeOffset Timestamp,
    [property: Id(2)] RawJson Message = default);

/// <summary>The lease of a worker on a task.</summary>
/// <param name="Worker">The worker's name.</param>
/// <param name="Token">The holder's secret: set only in the results of claims and renewals, else empty.</param>
/// <param name="ExpiresAt">When the lease ends unless renewed, in UTC.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskLease")]
public sealed record TaskLease([property: Id(0)] string Worker, [property: Id(1)] string Token, [property: Id(2)] DateTimeOffset ExpiresAt)
{
    /// <summary>Members of the stored lease that a newer version wrote, preserved by changes; empty when there are none.</summary>
    [Id(31)]
    internal RawJson Unknown { get; init; }

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"the lease of {Worker} until {ExpiresAt:O}";
}

/// <summary>What a task is, but for its messages and artifacts. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.TaskProperties")]
public abstract record TaskProperties
{
    private protected TaskProperties()
    {
    }

    /// <summary>The tenant that the task belongs to.</summary>
    [Id(0)]
    public required string Tenant { get; init; }

    /// <summary>Unique within the tenant.</summary>
    [Id(1)]
    public required string Id { get; init; }

    /// <summary>The context of the task; never changes.</summary>
    [Id(2)]
    public required string ContextId { get; init; }

    /// <summary>The subject that created the task; never changes.</summary>
    [Id(3)]
    public required string Owner { get; init; }

    /// <summary>The agent that works on the task; null for none.</summary>
    [Id(4)]
    public string? AgentId { get; init; }

    /// <summary>The present status.</summary>
    [Id(5)]
    public required TaskStatus Status { get; init; }

    /// <summary>One JSON object; empty when there is none.</summary>
    [Id(6)]
    public RawJson Metadata { get; init; }

    /// <summary>
    /// Increases by one with every change. Starts from the time of creation in microseconds, above every generation of an earlier task with this id.
    /// </summary>
    [Id(7)]
    public long Generation { get; init; }

    /// <summary>When the task was created, in UTC, to the millisecond.</summary>
    [Id(8)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the task was last changed, in UTC, to the millisecond.</summary>
    [Id(9)]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The number of artifacts, loaded or not.</summary>
    [Id(10)]
    public int ArtifactCount { get; init; }

    /// <summary>The present lease; null when no worker holds the task.</summary>
    [Id(11)]
    public TaskLease? Lease { get; init; }

    /// <summary>When the task fails unless it is in a terminal state by then; null for never.</summary>
    [Id(12)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The number of consecutive claims without a change of the task, including the present one.</summary>
    [Id(13)]
    public int Attempts { get; init; }

    /// <summary>
    /// The W3C trace context (<c>traceparent</c>) of the newest submission that came with one, or was traced here: whoever works on the task goes on
    /// with that trace. Null for none.
    /// </summary>
    [Id(14)]
    public string? TraceParent { get; init; }

    /// <summary>True: the task is completed, and its status message is all of the answer (<see cref="TaskUpdate.Reply"/>).</summary>
    [Id(15)]
    public bool IsReply { get; init; }

    /// <summary>The agent's own task that this one mirrors; null where nothing was forwarded.</summary>
    [Id(16)]
    internal RemoteTask? Remote { get; init; }

    /// <summary>The media types that its submitter takes in answers (<see cref="TaskSubmission.AcceptedOutputModes"/>); none for any.</summary>
    [Id(17)]
    public IReadOnlyList<string> AcceptedOutputModes { get; init; } = [];
}

/// <summary>One task as committed (A2A 1.0, section 4.1.1), with the requested part of its history and artifacts. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.TaskRecord")]
public sealed record TaskRecord : TaskProperties
{
    /// <summary>Makes a task whose members are set by the caller.</summary>
    public TaskRecord()
    {
    }

    [SetsRequiredMembers]
    internal TaskRecord(TaskProperties properties)
        : base(properties)
    {
    }

    /// <summary>The number of messages, loaded or not.</summary>
    [Id(0)]
    public long HistoryCount { get; init; }

    /// <summary>The newest messages, as many as requested, oldest first.</summary>
    [Id(1)]
    public IReadOnlyList<RawJson> History { get; init; } = [];

    /// <summary>The artifacts, each complete; empty unless requested.</summary>
    [Id(2)]
    public IReadOnlyList<RawJson> Artifacts { get; init; } = [];

    /// <summary>
    /// True: the requested messages exceed the size limit of an answer. The oldest are left out; <see cref="ITaskRegistry.ReadHistoryAsync"/> has
    /// all.
    /// </summary>
    [Id(3)]
    public bool HistoryTruncated { get; init; }

    /// <summary>
    /// True: the artifacts exceed the size limit of an answer. Some are left out; <see cref="ITaskRegistry.ReadArtifactsAsync"/> has all.
    /// </summary>
    [Id(4)]
    public bool ArtifactsTruncated { get; init; }

    /// <summary>
    /// Set in the result of a write: a request with this idempotency key was carried out before, and the record is the task as it is now.
    /// </summary>
    [Id(30)]
    public bool Repeated { get; init; }

    /// <summary>The size of metadata, status message, loaded messages and loaded artifacts, in bytes.</summary>
    internal long ContentBytes
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

/// <summary>Which parts of a task to load; the default is all of them.</summary>
public readonly record struct TaskView
{
    private readonly bool withoutArtifacts;

    /// <summary>Sets how much to load.</summary>
    /// <param name="HistoryLength">As <see cref="HistoryLength"/>.</param>
    /// <param name="Artifacts">As <see cref="Artifacts"/>.</param>
    public TaskView(int? HistoryLength, bool Artifacts = true)
    {
        this.HistoryLength = HistoryLength;
        withoutArtifacts = !Artifacts;
    }

    /// <summary>The number of newest messages to load; null, 0 or negative for all.</summary>
    public int? HistoryLength { get; init; }

    /// <summary>Whether artifacts are loaded.</summary>
    public bool Artifacts
    {
        get => !withoutArtifacts;
        init => withoutArtifacts = !value;
    }

    /// <summary>True: load no history, regardless of <see cref="HistoryLength"/>.</summary>
    public bool WithoutHistory { get; init; }

    /// <summary>True: load neither history nor artifacts.</summary>
    public bool HeadOnly { get; init; }

    /// <summary>
    /// The lease under which the caller works on the task: its holder may read a task of any owner. Null: the caller reads as owner.
    /// </summary>
    public string? LeaseToken { get; init; }

    /// <summary>Without what is secret.</summary>
    public override string ToString() => HeadOnly ? "a view of the head" : $"a view with {HistoryLength?.ToString() ?? "all"} messages";

    /// <summary>How recent the answer must be.</summary>
    public ReadConsistency Consistency { get; init; }

    /// <summary>
    /// A generation that the caller has seen: if the task in memory is older, it is read from the store, as with
    /// <see cref="ReadConsistency.Strong"/>.
    /// </summary>
    public long? SeenGeneration { get; init; }
}

/// <summary>
/// One change of a task. Members that the change did not touch are null or empty. Every change is one event.
/// </summary>
/// <param name="TaskId">The task's id.</param>
/// <param name="ContextId">The id of the task's context.</param>
/// <param name="Generation">The task's generation after the change.</param>
/// <param name="Snapshot">The whole task, in the first event of a stream and after a gap of events that are no longer held; then the other members
/// are empty. Null otherwise.</param>
/// <param name="Status">The status after the change.</param>
/// <param name="Messages">The appended messages.</param>
/// <param name="Artifacts">As they were sent, each with <c>append</c> and <c>lastChunk</c> as sent.</param>
/// <param name="Metadata">The metadata that was sent with the change.</param>
/// <param name="Deleted">True: the task was deleted; the last event.</param>
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

/// <summary>An artifact as it was sent to a task (A2A 1.0, section 4.1.7).</summary>
/// <param name="Json">The A2A artifact: one JSON object with <c>artifactId</c> and <c>parts</c>.</param>
/// <param name="Append">True: its parts are appended to the artifact with that id; false: it replaces that artifact.</param>
/// <param name="LastChunk">True: nothing more will be appended to it.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskArtifact")]
public readonly record struct TaskArtifact(
    [property: Id(0)] RawJson Json,
    [property: Id(1)] bool Append = false,
    [property: Id(2)] bool LastChunk = false);
