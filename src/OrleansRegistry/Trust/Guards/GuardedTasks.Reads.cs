namespace OrleansRegistry.Trust;

/// <summary>What only reads.</summary>
internal sealed partial class GuardedTasks
{
    public Task<TaskRecord?> GetAsync(Caller caller, string id, TaskView view = default, CancellationToken cancellationToken = default) =>
        tasks.GetAsync(Reading(caller), id, view, cancellationToken);

    public Task<TaskRecord?> WaitAsync(
        Caller caller,
        string id,
        long currentGeneration,
        TimeSpan wait,
        TaskView view = default,
        CancellationToken cancellationToken = default) => tasks.WaitAsync(Reading(caller), id, currentGeneration, wait, view, cancellationToken);

    public Task<ItemPage<RawJson>> ReadHistoryAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        string? leaseToken = null,
        CancellationToken cancellationToken = default) =>
        tasks.ReadHistoryAsync(Reading(caller), id, pageSize, pageToken, leaseToken, cancellationToken);

    public Task<RawJson?> GetArtifactAsync(
        Caller caller, string id, string artifactId, string? leaseToken = null, CancellationToken cancellationToken = default) =>
        tasks.GetArtifactAsync(Reading(caller), id, artifactId, leaseToken, cancellationToken);

    public Task<ArtifactPage> ReadArtifactsAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        string? leaseToken = null,
        CancellationToken cancellationToken = default) =>
        tasks.ReadArtifactsAsync(Reading(caller), id, pageSize, pageToken, leaseToken, cancellationToken);

    public Task<TaskPage> ListAsync(Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default) =>
        tasks.ListAsync(Reading(caller), query, cancellationToken);

    public Task<IReadOnlyDictionary<TaskState, long>> CountAsync(
        Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default) =>
        tasks.CountAsync(Reading(caller), query, cancellationToken);

    public IAsyncEnumerable<TaskEvent> WatchAsync(
        Caller caller, string id, long? afterGeneration = null, string? leaseToken = null, CancellationToken cancellationToken = default) =>
        tasks.WatchAsync(Reading(caller), id, afterGeneration, leaseToken, cancellationToken);

    public Task<IReadOnlyList<TaskWebhook>> ListWebhooksAsync(
        Caller caller, string taskId, string? leaseToken = null, CancellationToken cancellationToken = default) =>
        tasks.ListWebhooksAsync(Reading(caller), taskId, leaseToken, cancellationToken);

    public Task<ItemPage<TaskFeedback>> ListFeedbackAsync(
        Caller caller, string taskId, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default) =>
        tasks.ListFeedbackAsync(Reading(caller), taskId, pageSize, pageToken, cancellationToken);

    public Task<TaskClearing> GetClearingAsync(Caller caller, CancellationToken cancellationToken = default) =>
        tasks.GetClearingAsync(Reading(caller), cancellationToken);

    private Caller Reading(Caller caller) => operations.Admit(TaskOperations.Read, caller);
}
