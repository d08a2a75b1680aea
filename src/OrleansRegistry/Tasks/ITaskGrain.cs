using Orleans.Concurrency;

namespace OrleansRegistry.Tasks;

/// <summary>
/// The one writer of one task; its key is <see cref="GrainKeys.For"/>. Calls interleave, and are answered once what they did is committed. What they
/// are given was checked by the caller. Refusals are <see cref="RegistryException"/>; <see cref="Orleans.Storage.InconsistentStateException"/> means
/// that the call can be made again.
/// </summary>
[Alias("registry.ITaskGrain")]
internal interface ITaskGrain : IGrainWithStringKey
{
    /// <summary>The task; null if it does not exist, or neither the caller nor the lease may see it.</summary>
    [Alias("Get")]
    Task<TaskHead?> Get(Caller caller, string? leaseToken);

    /// <summary>Appends to the task; null if it does not exist.</summary>
    [Alias("Continue")]
    Task<TaskSubmittedTo?> Continue(TaskMessage message);

    /// <summary>Makes the task, or appends to it where it is there already. For <see cref="IContextGrain"/> only.</summary>
    [Alias("Create")]
    Task<TaskSubmittedTo> Create(TaskMessage message, string newContextId);

    /// <summary>
    /// Replaces the task with the one that is sent. Null if it does not exist and no context is given: only <see cref="IContextGrain"/> creates tasks
    /// in a context.
    /// </summary>
    [Alias("Put")]
    Task<TaskSubmittedTo?> Put(TaskWhole task, string? newContextId);

    [Alias("Update")]
    Task<TaskRecord> Update(TaskChange change);

    [Alias("Cancel")]
    Task<TaskRecord> Cancel(Caller caller, long? ifGeneration);

    /// <summary>Deletes the task with all that belongs to it.</summary>
    [Alias("Remove")]
    Task Remove(Caller caller);

    /// <summary>Deletes the task if it is over since before <paramref name="cutoff"/>; finishes a deletion that was begun.</summary>
    /// <returns>Whether it is gone.</returns>
    [Alias("Sweep")]
    Task<bool> Sweep(DateTimeOffset cutoff);

    /// <summary>Gives the task to a worker; null where it is not submitted, or no longer of that agent.</summary>
    [Alias("Claim")]
    Task<TaskHead?> Claim(string agentId, string worker, TimeSpan lease);

    [Alias("Renew")]
    Task<TaskRecord> Renew(Caller caller, string leaseToken, TimeSpan lease);

    [Alias("Release")]
    Task<TaskRecord> Release(Caller caller, string leaseToken);

    /// <summary>
    /// Ends what is due: a task that is past its deadline fails; one whose lease is over is submitted again, or fails after too many attempts.
    /// </summary>
    [Alias("ExpireLease")]
    Task EndWhatIsDue();

    /// <summary>
    /// The events after a generation; waits for the next up to <paramref name="wait"/>. Null where the caller may see no such task.
    /// </summary>
    /// <param name="afterGeneration">Null: the task as it is.</param>
    [Alias("ReadEvents")]
    Task<EventRun<TaskEvent, TaskHead>?> ReadEvents(Caller caller, long? afterGeneration, TimeSpan wait);

    /// <summary>
    /// The same for the holder of a lease, whoever owns the task. After the lease it gets events that are held; the first with another state than
    /// working is the one that ended it.
    /// </summary>
    [Alias("ReadLeasedEvents")]
    Task<EventRun<TaskEvent, TaskHead>?> ReadLeasedEvents(Caller caller, string leaseToken, long? afterGeneration, TimeSpan wait);

    [Alias("SaveWebhook")]
    Task<TaskWebhook> SaveWebhook(Caller caller, TaskWebhook webhook);

    [Alias("DeleteWebhook")]
    Task DeleteWebhook(Caller caller, string webhookId);

    /// <summary>
    /// Takes down how far deliveries to webhooks are. No change of the task: a webhook that is gone, or was saved again since, is passed over.
    /// </summary>
    /// <param name="due">When upkeep is to look next, where something is still to be delivered; null for soon.</param>
    [Alias("TellPushed")]
    Task TellPushed(IReadOnlyList<WebhookProgress> progress, DateTimeOffset? due);

    [Alias("AddFeedback")]
    Task<TaskFeedback> AddFeedback(Caller caller, RawJson data);
}

/// <summary>A message on its way to a task.</summary>
/// <param name="Message">With its id.</param>
/// <param name="ContextId">The context that the caller named; null for any.</param>
/// <param name="Key">The idempotency key, if it differs from the message's own id.</param>
[GenerateSerializer, Immutable, Alias("registry.TaskMessage")]
internal sealed record TaskMessage(
    [property: Id(0)] Caller Caller,
    [property: Id(1)] CheckedMessage Message,
    [property: Id(2)] string? ContextId,
    [property: Id(3)] string? AgentId,
    [property: Id(4)] RawJson Metadata,
    [property: Id(5)] string? Key,
    [property: Id(6)] long? IfGeneration,
    [property: Id(7)] DateTimeOffset? Deadline = null)
{
    /// <inheritdoc cref="TaskProperties.TraceParent"/>
    [Id(8)]
    public string? TraceParent { get; init; }

    /// <summary>The webhook that the task gets with the message; null for none.</summary>
    [Id(9)]
    public TaskWebhook? Webhook { get; init; }

    /// <summary>Null leaves those of a continued task.</summary>
    [Id(10)]
    public IReadOnlyList<string>? AcceptedOutputModes { get; init; }
}

/// <summary>As <see cref="TaskSubmitted"/>.</summary>
[GenerateSerializer, Immutable, Alias("registry.TaskSubmittedTo")]
internal sealed record TaskSubmittedTo([property: Id(0)] TaskRecord Task, [property: Id(1)] bool Created, [property: Id(2)] bool Repeated);

/// <summary>As <see cref="TaskPut"/>, checked; messages may lack ids, and no two of them or of the artifacts have the same.</summary>
[GenerateSerializer, Immutable, Alias("registry.TaskWhole")]
internal sealed record TaskWhole(
    [property: Id(0)] Caller Caller,
    [property: Id(1)] TaskState State,
    [property: Id(2)] DateTimeOffset? StatusAt,
    [property: Id(3)] CheckedMessage? StatusMessage,
    [property: Id(4)] IReadOnlyList<CheckedMessage> Messages,
    [property: Id(5)] IReadOnlyList<RawJson> Artifacts,
    [property: Id(6)] RawJson Metadata)
{
    [Id(7)]
    public string? ContextId { get; init; }

    [Id(8)]
    public string? AgentId { get; init; }

    [Id(9)]
    public long? IfGeneration { get; init; }

    [Id(10)]
    public bool IfAbsent { get; init; }

    [Id(11)]
    public string? LeaseToken { get; init; }

    [Id(12)]
    public bool ReplacesFinal { get; init; }

    [Id(13)]
    public DateTimeOffset? Deadline { get; init; }

    /// <inheritdoc cref="TaskProperties.TraceParent"/>
    [Id(14)]
    public string? TraceParent { get; init; }

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"a whole task, {State}";
}

/// <summary>As <see cref="TaskUpdate"/>, checked; all messages have ids.</summary>
[GenerateSerializer, Immutable, Alias("registry.TaskChange")]
internal sealed record TaskChange(
    [property: Id(0)] Caller Caller,
    [property: Id(1)] TaskState? State,
    [property: Id(2)] CheckedMessage? StatusMessage,
    [property: Id(3)] IReadOnlyList<CheckedMessage> Messages,
    [property: Id(4)] IReadOnlyList<TaskArtifact> Artifacts,
    [property: Id(5)] RawJson Metadata,
    [property: Id(6)] TaskState? IfState,
    [property: Id(7)] long? IfGeneration,
    [property: Id(8)] string? LeaseToken)
{
    [Id(9)]
    public bool Reply { get; init; }

    /// <summary>Null leaves it.</summary>
    [Id(10)]
    public RemoteTask? Remote { get; init; }

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"a change to {State?.ToString() ?? "the same state"}";
}
