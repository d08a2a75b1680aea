namespace OrleansRegistry;

/// <summary>A message that creates a task, or continues one that is not in a terminal state.</summary>
/// <param name="Message">The A2A message: one JSON object with <c>role</c> and <c>parts</c>, and <c>messageId</c>, <c>taskId</c>, <c>contextId</c> as
/// far as the caller sets them.</param>
public sealed record TaskSubmission(ReadOnlyMemory<byte> Message)
{
    /// <summary>
    /// Null: the message's <c>taskId</c>, or an id derived from the message id, so that the same message sent twice makes one task.
    /// </summary>
    public string? TaskId { get; init; }

    /// <summary>Null: the message's <c>contextId</c>, or the task's own, or a new context.</summary>
    public string? ContextId { get; init; }

    /// <summary>The agent that works on a new task; null for none.</summary>
    public string? AgentId { get; init; }

    /// <summary>One JSON object, whose members replace those of the task's metadata; null keeps the metadata.</summary>
    public ReadOnlyMemory<byte>? Metadata { get; init; }

    /// <summary>
    /// When the task fails unless it is in a terminal state by then; replaces the deadline of a continued task. Null: the registry's default, or the
    /// task's own.
    /// </summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>
    /// Two submissions with the same key are carried out once. Takes the place of the message id when the message has none. Null for no key.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The task must have this generation, else <see cref="RegistryError.Conflict"/>; null for no such condition.</summary>
    public long? IfGeneration { get; init; }

    /// <summary>True: the task must exist; none is created.</summary>
    public bool MustExist { get; init; }

    /// <summary>
    /// An A2A push notification configuration, one JSON object with <c>url</c>, that the task gets in the same write: nothing that happens to the task
    /// comes before it. Replaces the one with its id. Null for none.
    /// </summary>
    public ReadOnlyMemory<byte>? Webhook { get; init; }

    /// <summary>
    /// The media types that the caller takes in answers, up to 64, such as <c>text/plain</c>: whoever works on the task is told, and nothing is enforced.
    /// None leaves those of a continued task; of a new one it means any.
    /// </summary>
    /// <remarks>Source: A2A 1.0, 3.2.2.</remarks>
    public IReadOnlyList<string> AcceptedOutputModes { get; init; } = [];

    /// <summary>
    /// True: message ids are one space for each agent, so that one sent to two agents makes a task of each. False: they are one for the caller, and
    /// the second is refused.
    /// </summary>
    public bool IdsPerAgent { get; init; }
}

/// <summary>The result of a submission or put.</summary>
/// <param name="Task">The task as committed.</param>
/// <param name="Created">True when the task is new.</param>
/// <param name="Repeated">True when the same request was carried out before, and nothing was changed.</param>
public sealed record TaskSubmitted(TaskRecord Task, bool Created, bool Repeated);

/// <summary>A change of a task that is not in a terminal state. All of it is committed at once, as one generation.</summary>
public sealed record TaskUpdate
{
    /// <summary>The new state; null keeps the state.</summary>
    public TaskState? State { get; init; }

    /// <summary>The A2A message of the new status: one JSON object; null for none.</summary>
    public ReadOnlyMemory<byte>? StatusMessage { get; init; }

    /// <summary>A2A messages to append to the history, oldest first.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Messages { get; init; } = [];

    /// <summary>Artifacts, or chunks of them, to add.</summary>
    public IReadOnlyList<ArtifactUpdate> Artifacts { get; init; } = [];

    /// <summary>One JSON object, whose members replace those of the task's metadata; null keeps the metadata.</summary>
    public ReadOnlyMemory<byte>? Metadata { get; init; }

    /// <summary>The task must be in this state, else <see cref="RegistryError.Conflict"/>; null for no such condition.</summary>
    public TaskState? IfState { get; init; }

    /// <summary>The task must have this generation, else <see cref="RegistryError.Conflict"/>; null for no such condition.</summary>
    public long? IfGeneration { get; init; }

    /// <summary>
    /// True: the agent answers with <see cref="StatusMessage"/> alone, and has no task to show (A2A 1.0, 3.1.1: a direct message). Goes with
    /// <see cref="TaskState.Completed"/>, a status message and no artifacts, else <see cref="RegistryError.Invalid"/>.
    /// </summary>
    public bool Reply { get; init; }

    /// <summary>
    /// The lease under which the caller works on the task; it must be the task's present one, else <see cref="RegistryError.Conflict"/>. Null: the
    /// caller acts as owner.
    /// </summary>
    public string? LeaseToken { get; init; }

    /// <summary>Which task of the agent's own the task mirrors; null keeps what is known.</summary>
    internal RemoteTask? Remote { get; init; }

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"an update to {State?.ToString() ?? "the same state"}";
}

/// <summary>
/// A whole task to store. It is compared with the stored one: a task with one more message costs one append, an equal task costs no write, and when
/// messages or artifacts were removed or changed, all of them are written again.
/// </summary>
/// <param name="State">The task's state.</param>
public sealed record TaskPut(TaskState State)
{
    /// <summary>The time of the status, to the millisecond, from 1970 to a day from now. Null: unchanged for an unchanged status, else now.</summary>
    public DateTimeOffset? StatusAt { get; init; }

    /// <summary>The A2A message of the status: one JSON object; null for none.</summary>
    public ReadOnlyMemory<byte>? StatusMessage { get; init; }

    /// <summary>The whole history, oldest first. At most 10,000 messages and artifacts together.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Messages { get; init; } = [];

    /// <summary>All artifacts, each complete.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Artifacts { get; init; } = [];

    /// <summary>Replaces the metadata: one JSON object; null for none.</summary>
    public ReadOnlyMemory<byte>? Metadata { get; init; }

    /// <summary>Null: the task's own, or a generated one for a new task. A task's context never changes.</summary>
    public string? ContextId { get; init; }

    /// <summary>As <see cref="TaskSubmission.Deadline"/>; ignored for a new task in a terminal state.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Null: the task's own, or none for a new task. A task's agent never changes.</summary>
    public string? AgentId { get; init; }

    /// <summary>The task must have this generation, else <see cref="RegistryError.Conflict"/>; null for no such condition.</summary>
    public long? IfGeneration { get; init; }

    /// <summary>True: the task must exist, else <see cref="RegistryError.Conflict"/>.</summary>
    public bool MustExist { get; init; }

    /// <summary>True: the task must not exist, else <see cref="RegistryError.Conflict"/>.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>True: a task in a terminal state is replaced too, by one in a terminal state. For programs that save a task after its end.</summary>
    public bool ReplacesFinal { get; init; }

    /// <summary>As <see cref="TaskUpdate.LeaseToken"/>.</summary>
    public string? LeaseToken { get; init; }

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"a whole task, {State}";
}

/// <summary>An artifact, or a chunk of one, to add to a task.</summary>
/// <param name="Json">The A2A artifact: one JSON object with <c>artifactId</c> and <c>parts</c>.</param>
/// <param name="Append">True: the parts are appended to the artifact with that id; false: they replace it.</param>
/// <param name="LastChunk">True: nothing more will be appended to the artifact.</param>
public sealed record ArtifactUpdate(ReadOnlyMemory<byte> Json, bool Append = false, bool LastChunk = false)
{
    /// <summary>An artifact with a single text part.</summary>
    /// <exception cref="ArgumentException">The id or text is not valid Unicode: it has half a surrogate pair.</exception>
    public static ArtifactUpdate Text(string artifactId, string text) =>
        new(TextMessage.Write(json => TextMessage.WriteText(json, "artifactId", artifactId, text)));
}

/// <summary>A worker's request for a task of its agent.</summary>
/// <param name="Worker">The worker's name, for people. 1 to 256 UTF-16 code units.</param>
public sealed record TaskClaim(string Worker)
{
    /// <summary>The default of <see cref="Lease"/>: 60 seconds.</summary>
    public static TimeSpan DefaultLease { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The default of <see cref="Wait"/>: 20 seconds.</summary>
    public static TimeSpan DefaultWait { get; } = TimeSpan.FromSeconds(20);

    /// <summary>The duration of the lease: 1 second to 1 hour.</summary>
    public TimeSpan Lease { get; init; } = DefaultLease;

    /// <summary>The longest wait for a task: up to 60 seconds.</summary>
    public TimeSpan Wait { get; init; } = DefaultWait;

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is not 1 second to 1 hour.</exception>
    internal static void CheckLease(TimeSpan lease)
    {
        if (lease < TimeSpan.FromSeconds(1) || lease > TimeSpan.FromHours(1))
        {
            throw RegistryException.Invalid("lease", $"is {lease.TotalSeconds} seconds; it can be 1 to 3600");
        }
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is not 0 to 60 seconds.</exception>
    internal static void CheckWait(TimeSpan wait)
    {
        if (wait < TimeSpan.Zero || wait > TimeSpan.FromSeconds(60))
        {
            throw RegistryException.Invalid("wait", $"is {wait.TotalSeconds} seconds; it can be 0 to 60");
        }
    }
}

/// <summary>A webhook that receives the events of a task (A2A 1.0, section 4.3).</summary>
/// <param name="Id">Unique within the task.</param>
/// <param name="Config">The A2A push notification configuration: one JSON object with <c>url</c>. What a registry returns has no
/// <c>authentication.credentials</c>: they are used, and never read back.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskWebhook")]
public sealed record TaskWebhook([property: Id(0)] string Id, [property: Id(1)] RawJson Config)
{
    /// <summary>
    /// The generation of the task up to which everything was delivered; a new webhook's is the one at which it was stored. Null where a version that
    /// delivered nothing stored it, and the task has not changed since.
    /// </summary>
    [Id(2)]
    public long? Delivered { get; init; }

    /// <summary>Why nothing more is sent; null while it is. Saving the webhook again clears it, and what was not delivered is.</summary>
    [Id(3)]
    public WebhookFailure? Failure { get; init; }

    /// <summary>Rises each time the webhook is saved: what is told of the one before does not count for this one.</summary>
    [Id(4)]
    internal long Since { get; init; }

    /// <summary>Members of the stored webhook that a newer version wrote, preserved by changes; empty when there are none.</summary>
    [Id(31)]
    internal RawJson Unknown { get; init; }

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"webhook {Id}";
}

/// <summary>Why a webhook was given up.</summary>
/// <param name="Reason">How the last attempt failed, in words.</param>
/// <param name="At">When that was, in UTC, to the millisecond.</param>
/// <param name="Attempts">The number of attempts in a row that failed.</param>
[GenerateSerializer, Immutable, Alias("registry.WebhookFailure")]
public sealed record WebhookFailure([property: Id(0)] string Reason, [property: Id(1)] DateTimeOffset At, [property: Id(2)] int Attempts)
{
    /// <summary>Members of the stored failure that a newer version wrote, preserved by changes; empty when there are none.</summary>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}

/// <summary>Feedback about a task.</summary>
/// <param name="Number">From 1, in the order of arrival.</param>
/// <param name="Subject">Who gave it.</param>
/// <param name="At">When, in UTC, to the millisecond.</param>
/// <param name="Data">One JSON object.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskFeedback")]
public sealed record TaskFeedback(
    [property: Id(0)] long Number,
    [property: Id(1)] string Subject,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] RawJson Data);
