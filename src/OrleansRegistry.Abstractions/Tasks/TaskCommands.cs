namespace OrleansRegistry;

/// <summary>A message that begins a task, or continues one that is not over.</summary>
/// <param name="Message">The A2A message: one JSON object with <c>role</c> and <c>parts</c>, and <c>messageId</c>, <c>taskId</c>, <c>contextId</c> where the caller gives them.</param>
public sealed record TaskSubmission(ReadOnlyMemory<byte> Message)
{
    /// <summary>Null: the message's <c>taskId</c>, else made from the message id, so that the same message sent twice is one task.</summary>
    public string? TaskId { get; init; }

    /// <summary>Null: the message's <c>contextId</c>, else the task's own, else a new context.</summary>
    public string? ContextId { get; init; }

    /// <summary>The agent that is to work on a new task.</summary>
    public string? AgentId { get; init; }

    /// <summary>Merged into the task's metadata, member by member.</summary>
    public ReadOnlyMemory<byte>? Metadata { get; init; }

    /// <summary>When the task fails if it is not over by then; of a message that continues a task, in place of the deadline it had. Null: the registry's default, or the task's own.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Two submissions with one key are one; stands for the message id where the message has none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The task must have this generation.</summary>
    public long? IfGeneration { get; init; }

    /// <summary>The message continues a task: where there is none, none is made.</summary>
    public bool MustExist { get; init; }
}

/// <param name="Created">True where the task is new.</param>
/// <param name="Repeated">True where the message was stored before, and nothing was changed.</param>
public sealed record TaskSubmitted(TaskRecord Task, bool Created, bool Repeated);

/// <summary>A change of a task that is not over. All that is set happens at once, as one generation.</summary>
public sealed record TaskUpdate
{
    public TaskState? State { get; init; }

    /// <summary>The A2A message of the new status.</summary>
    public ReadOnlyMemory<byte>? StatusMessage { get; init; }

    public IReadOnlyList<ReadOnlyMemory<byte>> Messages { get; init; } = [];

    public IReadOnlyList<ArtifactUpdate> Artifacts { get; init; } = [];

    /// <summary>Merged into the task's metadata, member by member.</summary>
    public ReadOnlyMemory<byte>? Metadata { get; init; }

    /// <summary>The task must be in this state: compare-and-set.</summary>
    public TaskState? IfState { get; init; }

    /// <summary>The task must have this generation.</summary>
    public long? IfGeneration { get; init; }

    /// <summary>The caller works on the task under this lease, which must still be the task's.</summary>
    public string? LeaseToken { get; init; }
}

/// <summary>
/// A whole task, as it is to be. What is there is compared with it, so that a task with one more message costs one append and the same task nothing; where messages or
/// artifacts are gone or others, all of them are written again.
/// </summary>
public sealed record TaskPut(TaskState State)
{
    /// <summary>To the millisecond, from 1970 to a day from now. Null: as it is where the status is, else now.</summary>
    public DateTimeOffset? StatusAt { get; init; }

    /// <summary>The A2A message of the status.</summary>
    public ReadOnlyMemory<byte>? StatusMessage { get; init; }

    /// <summary>The whole history, oldest first. Messages and artifacts may be up to 10,000 together.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Messages { get; init; } = [];

    /// <summary>All artifacts, whole.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Artifacts { get; init; } = [];

    /// <summary>Takes the place of what there is; null: none.</summary>
    public ReadOnlyMemory<byte>? Metadata { get; init; }

    /// <summary>Null: the task's own, of a new task one that is made. A task's context never changes.</summary>
    public string? ContextId { get; init; }

    /// <summary>As <see cref="TaskSubmission.Deadline"/>; of a new task that is over none.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Null: the task's own, of a new task none. A task's agent never changes.</summary>
    public string? AgentId { get; init; }

    /// <summary>The task must have this generation.</summary>
    public long? IfGeneration { get; init; }

    /// <summary>The task must be there.</summary>
    public bool MustExist { get; init; }

    /// <summary>There must be no such task.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>A task that is over is made what is sent too, if it is over then as well: for stores whose programs save after the end.</summary>
    public bool ReplacesFinal { get; init; }

    /// <summary>As <see cref="TaskUpdate.LeaseToken"/>.</summary>
    public string? LeaseToken { get; init; }
}

/// <summary>An artifact, or a chunk of one, on its way to a task. See <see cref="TaskArtifact"/>.</summary>
public sealed record ArtifactUpdate(ReadOnlyMemory<byte> Json, bool Append = false, bool LastChunk = false)
{
    /// <summary>An artifact of one text.</summary>
    /// <exception cref="ArgumentException">The id or text is not valid Unicode: it has half a surrogate pair.</exception>
    public static ArtifactUpdate Text(string artifactId, string text) =>
        new(TextMessage.Write(json => TextMessage.WriteText(json, "artifactId", artifactId, text)));
}

/// <summary>A worker asks for a task of its agent.</summary>
/// <param name="Worker">How to call the worker, for people. 1 to 256 characters.</param>
public sealed record TaskClaim(string Worker)
{
    /// <summary>A minute.</summary>
    public static TimeSpan DefaultLease { get; } = TimeSpan.FromSeconds(60);

    /// <summary>20 seconds.</summary>
    public static TimeSpan DefaultWait { get; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the task is the worker's unless renewed: 1 second to 1 hour; <see cref="DefaultLease"/> unless given.</summary>
    public TimeSpan Lease { get; init; } = DefaultLease;

    /// <summary>How long to wait for a task: up to 60 seconds; <see cref="DefaultWait"/> unless given.</summary>
    public TimeSpan Wait { get; init; } = DefaultWait;
}

/// <summary>A webhook of a task: who is to be told of its events.</summary>
/// <param name="Id">Unique within the task.</param>
/// <param name="Config">The A2A push notification configuration: one JSON object with <c>url</c>.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskWebhook")]
public sealed record TaskWebhook([property: Id(0)] string Id, [property: Id(1)] RawJson Config)
{
    /// <summary>Members of the stored webhook that a newer version wrote, carried through changes; empty where there are none.</summary>
    [Id(31)]
    public RawJson Unknown { get; init; }
}

/// <summary>What somebody said about a task.</summary>
/// <param name="Number">From 1, in the order of arrival.</param>
/// <param name="Data">One JSON object.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskFeedback")]
public sealed record TaskFeedback([property: Id(0)] long Number, [property: Id(1)] string Subject, [property: Id(2)] DateTimeOffset At, [property: Id(3)] RawJson Data);
