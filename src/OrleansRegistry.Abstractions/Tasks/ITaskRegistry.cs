namespace OrleansRegistry;

/// <summary>
/// The registry of tasks. Every member refuses with a <see cref="RegistryException"/>; a task of another owner is
/// <see cref="RegistryError.NotFound"/>, as one that does not exist. A write is durable before it is answered. A task in a terminal state is
/// never changed: <see cref="RegistryError.Terminal"/>. A write answers the task without its history and artifacts.
/// </summary>
public interface ITaskRegistry
{
    /// <summary>Begins a task, or continues one: the message is appended and the state is submitted again.</summary>
    Task<TaskSubmitted> SubmitAsync(Caller caller, TaskSubmission submission, CancellationToken cancellationToken = default);

    /// <summary>The task, or null.</summary>
    Task<TaskRecord?> GetAsync(Caller caller, string id, TaskView view = default, CancellationToken cancellationToken = default);

    /// <summary>The task once its generation is greater than <paramref name="currentGeneration"/>, or as it is after <paramref name="wait"/> (up to 60 seconds); null where there is none.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>: the lease of the view was over meanwhile.</exception>
    Task<TaskRecord?> WaitAsync(Caller caller, string id, long currentGeneration, TimeSpan wait, TaskView view = default, CancellationToken cancellationToken = default);

    /// <summary>The messages, oldest first.</summary>
    /// <param name="pageSize">Within <see cref="PageLimit.Items"/>.</param>
    /// <param name="leaseToken">The lease under which the caller works on the task: its holder reads the task of any owner.</param>
    Task<ItemPage<RawJson>> ReadHistoryAsync(
        Caller caller, string id, int pageSize = 100, string? pageToken = null, string? leaseToken = null, CancellationToken cancellationToken = default);

    /// <summary>One artifact, whole; null where the task has none of that id.</summary>
    /// <param name="leaseToken">As of <see cref="ReadHistoryAsync"/>.</param>
    Task<RawJson?> GetArtifactAsync(Caller caller, string id, string artifactId, string? leaseToken = null, CancellationToken cancellationToken = default);

    /// <summary>The artifacts, in the order in which each first came.</summary>
    /// <param name="pageSize">Within <see cref="PageLimit.Items"/>; a page ends earlier where it grows large.</param>
    /// <param name="leaseToken">As of <see cref="ReadHistoryAsync"/>.</param>
    Task<ArtifactPage> ReadArtifactsAsync(
        Caller caller, string id, int pageSize = 100, string? pageToken = null, string? leaseToken = null, CancellationToken cancellationToken = default);

    /// <summary>Changes a task; <see cref="TaskUpdate.IfState"/> makes it a compare-and-set.</summary>
    Task<TaskRecord> UpdateAsync(Caller caller, string id, TaskUpdate update, CancellationToken cancellationToken = default);

    /// <summary>Makes a task what is sent: begins it, in any state, or writes what of it is new or another. One that is over can only be sent as it is, unless <see cref="TaskPut.ReplacesFinal"/>.</summary>
    Task<TaskSubmitted> PutAsync(Caller caller, string id, TaskPut task, CancellationToken cancellationToken = default);

    /// <summary>Cancels a task that is not over.</summary>
    Task<TaskRecord> CancelAsync(Caller caller, string id, long? ifGeneration = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes a task, over or not, with its history, artifacts and feedback.</summary>
    Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>A page of tasks, newest status first.</summary>
    /// <param name="query">Null: all that the caller may see.</param>
    Task<TaskPage> ListAsync(Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>How many tasks there are in each state (exact); paging and view of the query are ignored.</summary>
    Task<IReadOnlyDictionary<TaskState, long>> CountAsync(Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// The task first, then every event in order, ending after a terminal state or a deletion. After <paramref name="afterGeneration"/>, where the
    /// events since are still held, they come without the task before them. A generation that is newer than the task's was seen of another task of this id: the
    /// task comes first.
    /// </summary>
    /// <param name="leaseToken">As of <see cref="ReadHistoryAsync"/>; the events of another's task end with the one that ends the lease.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>, also in the midst of the events: the lease is over.</exception>
    IAsyncEnumerable<TaskEvent> WatchAsync(
        Caller caller, string id, long? afterGeneration = null, string? leaseToken = null, CancellationToken cancellationToken = default);

    /// <summary>Gives a submitted task of the agent to a worker, oldest first; null where none came in time. The task comes whole. Workers see the tasks of every owner.</summary>
    Task<TaskRecord?> ClaimAsync(Caller caller, string agentId, TaskClaim claim, CancellationToken cancellationToken = default);

    /// <summary>Keeps a claimed task for <paramref name="lease"/> from now.</summary>
    /// <param name="lease">1 second to 1 hour; null for <see cref="TaskClaim.DefaultLease"/>.</param>
    Task<TaskRecord> RenewAsync(Caller caller, string id, string leaseToken, TimeSpan? lease = null, CancellationToken cancellationToken = default);

    /// <summary>Gives a claimed task back: it is submitted again.</summary>
    Task<TaskRecord> ReleaseAsync(Caller caller, string id, string leaseToken, CancellationToken cancellationToken = default);

    /// <summary>Adds a webhook to a task, or replaces the one with that id.</summary>
    /// <param name="config">The A2A push notification configuration: one JSON object with <c>url</c>.</param>
    /// <param name="id">Null: the configuration's <c>id</c>, else one is made.</param>
    Task<TaskWebhook> SaveWebhookAsync(
        Caller caller, string taskId, ReadOnlyMemory<byte> config, string? id = null, CancellationToken cancellationToken = default);

    /// <summary>The webhooks of a task, in the order of their ids.</summary>
    /// <param name="leaseToken">As of <see cref="ReadHistoryAsync"/>.</param>
    Task<IReadOnlyList<TaskWebhook>> ListWebhooksAsync(Caller caller, string taskId, string? leaseToken = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes a webhook; it may be gone already.</summary>
    Task DeleteWebhookAsync(Caller caller, string taskId, string id, CancellationToken cancellationToken = default);

    /// <summary>Stores feedback, of a task in any state.</summary>
    Task<TaskFeedback> AddFeedbackAsync(Caller caller, string taskId, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);

    /// <summary>The feedback of a task, oldest first.</summary>
    Task<ItemPage<TaskFeedback>> ListFeedbackAsync(Caller caller, string taskId, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes all tasks and contexts that the caller owns as of now. It goes on after the answer, and after the end of the process that began it, by
    /// whichever process runs; what is made meanwhile stays.
    /// </summary>
    /// <param name="wait">The longest to wait for the end; null for as long as it takes.</param>
    Task<TaskClearing> ClearAllAsync(Caller caller, TimeSpan? wait = null, CancellationToken cancellationToken = default);

    /// <summary>How far the last <see cref="ClearAllAsync"/> of the caller has come.</summary>
    Task<TaskClearing> GetClearingAsync(Caller caller, CancellationToken cancellationToken = default);
}
