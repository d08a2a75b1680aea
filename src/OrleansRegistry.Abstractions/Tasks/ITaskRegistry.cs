namespace OrleansRegistry;

/// <summary>
/// The registry of tasks (A2A 1.0, section 4.1). Every member throws <see cref="RegistryException"/> for requests it cannot serve; a task of another
/// owner is <see cref="RegistryError.NotFound"/>, like one that does not exist, and changing a task in a terminal state is
/// <see cref="RegistryError.Terminal"/>. A write returns once it is durable, and returns the task without history and artifacts.
/// </summary>
public interface ITaskRegistry
{
    /// <summary>Creates a task, or continues one: appends the message and sets the state to submitted.</summary>
    Task<TaskSubmitted> SubmitAsync(Caller caller, TaskSubmission submission, CancellationToken cancellationToken = default);

    /// <summary>Reads a task; null when it does not exist.</summary>
    Task<TaskRecord?> GetAsync(Caller caller, string id, TaskView view = default, CancellationToken cancellationToken = default);

    /// <summary>Reads a task once its generation exceeds <paramref name="currentGeneration"/>; null when the task does not exist.</summary>
    /// <param name="wait">The longest wait, up to 60 seconds; after it the task is returned as it is.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>: the lease of <paramref name="view"/> ended during the
    /// wait.</exception>
    Task<TaskRecord?> WaitAsync(
        Caller caller,
        string id,
        long currentGeneration,
        TimeSpan wait,
        TaskView view = default,
        CancellationToken cancellationToken = default);

    /// <summary>Reads the messages of a task, oldest first.</summary>
    /// <param name="pageSize">Within <see cref="PageLimit.Items"/>.</param>
    /// <param name="leaseToken">The lease under which the caller works on the task: its holder may read a task of any owner. Null: the caller reads
    /// as owner.</param>
    Task<ItemPage<RawJson>> ReadHistoryAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        string? leaseToken = null,
        CancellationToken cancellationToken = default);

    /// <summary>Reads one complete artifact; null when the task has none with that id.</summary>
    /// <param name="leaseToken">As of <see cref="ReadHistoryAsync"/>.</param>
    Task<RawJson?> GetArtifactAsync(
        Caller caller,
        string id,
        string artifactId,
        string? leaseToken = null,
        CancellationToken cancellationToken = default);

    /// <summary>Reads the artifacts of a task, in the order in which each was first added.</summary>
    /// <param name="pageSize">Within <see cref="PageLimit.Items"/>; a page ends earlier when it becomes large.</param>
    /// <param name="leaseToken">As of <see cref="ReadHistoryAsync"/>.</param>
    Task<ArtifactPage> ReadArtifactsAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        string? leaseToken = null,
        CancellationToken cancellationToken = default);

    /// <summary>Changes a task; <see cref="TaskUpdate.IfState"/> makes it a compare-and-set.</summary>
    Task<TaskRecord> UpdateAsync(Caller caller, string id, TaskUpdate update, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores a whole task: creates it, in any state, or writes the differences. A task in a terminal state accepts only its present content, unless
    /// <see cref="TaskPut.ReplacesFinal"/>.
    /// </summary>
    Task<TaskSubmitted> PutAsync(Caller caller, string id, TaskPut task, CancellationToken cancellationToken = default);

    /// <summary>Cancels a task that is not in a terminal state.</summary>
    Task<TaskRecord> CancelAsync(Caller caller, string id, long? ifGeneration = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes a task, in any state, with its history, artifacts and feedback.</summary>
    Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Lists tasks, newest status first.</summary>
    /// <param name="query">Null for all that the caller may see.</param>
    Task<TaskPage> ListAsync(Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>Counts tasks by state, exactly. Paging and view of the query are ignored.</summary>
    Task<IReadOnlyDictionary<TaskState, long>> CountAsync(Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Yields the task, then every event in order, and ends after a terminal state or a deletion.
    /// </summary>
    /// <param name="afterGeneration">
    /// The generation after which to resume: while the events since are still held, they come without the whole task. A generation newer than the
    /// task's is of an earlier task with this id: the task comes first. Null: the task comes first. </param> <param name="leaseToken">As of
    /// <see cref="ReadHistoryAsync"/>; events of another owner's task end with the one that ends the lease.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>, also while events are read: the lease has ended.</exception>
    IAsyncEnumerable<TaskEvent> WatchAsync(
        Caller caller, string id, long? afterGeneration = null, string? leaseToken = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Leases the agent's oldest submitted task to a worker, and returns it complete; null when none came in time. Workers see the tasks of every
    /// owner.
    /// </summary>
    Task<TaskRecord?> ClaimAsync(Caller caller, string agentId, TaskClaim claim, CancellationToken cancellationToken = default);

    /// <summary>Extends the lease of a claimed task to <paramref name="lease"/> from now.</summary>
    /// <param name="lease">1 second to 1 hour; null for <see cref="TaskClaim.DefaultLease"/>.</param>
    Task<TaskRecord> RenewAsync(Caller caller, string id, string leaseToken, TimeSpan? lease = null, CancellationToken cancellationToken = default);

    /// <summary>Ends the lease of a claimed task and sets its state to submitted.</summary>
    Task<TaskRecord> ReleaseAsync(Caller caller, string id, string leaseToken, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds a webhook to a task, or replaces the one with that id, which goes on from where it was. Of a task in a terminal state only one that was
    /// given up can be saved again.
    /// </summary>
    /// <param name="config">The A2A push notification configuration: one JSON object with <c>url</c>.</param>
    /// <param name="id">Null: the configuration's <c>id</c>, or a generated one.</param>
    Task<TaskWebhook> SaveWebhookAsync(
        Caller caller, string taskId, ReadOnlyMemory<byte> config, string? id = null, CancellationToken cancellationToken = default);

    /// <summary>Lists the webhooks of a task, in the order of their ids.</summary>
    /// <param name="leaseToken">As of <see cref="ReadHistoryAsync"/>. With one, the configurations have no <c>token</c> either, which is for the
    /// receiver.</param>
    Task<IReadOnlyList<TaskWebhook>> ListWebhooksAsync(
        Caller caller,
        string taskId,
        string? leaseToken = null,
        CancellationToken cancellationToken = default);

    /// <summary>Deletes a webhook. No error when it does not exist.</summary>
    Task DeleteWebhookAsync(Caller caller, string taskId, string id, CancellationToken cancellationToken = default);

    /// <summary>Adds feedback to a task, in any state.</summary>
    Task<TaskFeedback> AddFeedbackAsync(Caller caller, string taskId, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Lists the feedback of a task, oldest first.</summary>
    Task<ItemPage<TaskFeedback>> ListFeedbackAsync(
        Caller caller,
        string taskId,
        int pageSize = 100,
        string? pageToken = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes all tasks and contexts that the caller owns now; those created later stay. The deletion continues after this call returns, and in
    /// another process if this one ends.
    /// </summary>
    /// <param name="wait">The longest wait for completion; null for no limit.</param>
    Task<TaskClearing> ClearAllAsync(Caller caller, TimeSpan? wait = null, CancellationToken cancellationToken = default);

    /// <summary>The progress of the caller's last <see cref="ClearAllAsync"/>.</summary>
    Task<TaskClearing> GetClearingAsync(Caller caller, CancellationToken cancellationToken = default);
}
