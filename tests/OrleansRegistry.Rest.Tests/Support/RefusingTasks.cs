namespace OrleansRegistry.Rest.Tests;

/// <summary>Tasks and contexts of which every call ends in the same fault.</summary>
internal class RefusingTasks(Exception fault) : ITaskRegistry, IContextRegistry
{
    public Task<TaskSubmitted> SubmitAsync(Caller caller, TaskSubmission submission, CancellationToken cancellationToken = default) => throw fault;

    public virtual Task<TaskRecord?> GetAsync(Caller caller, string id, TaskView view = default, CancellationToken cancellationToken = default) =>
        throw fault;

    public virtual Task<TaskRecord?> WaitAsync(
        Caller caller, string id, long currentGeneration, TimeSpan wait, TaskView view = default, CancellationToken cancellationToken = default) =>
            throw fault;

    public Task<ItemPage<RawJson>> ReadHistoryAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        string? leaseToken = null,
        CancellationToken cancellationToken = default) => throw fault;

    public Task<RawJson?> GetArtifactAsync(
        Caller caller,
        string id,
        string artifactId,
        string? leaseToken = null,
        CancellationToken cancellationToken = default) => throw fault;

    public Task<ArtifactPage> ReadArtifactsAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        string? leaseToken = null,
        CancellationToken cancellationToken = default) => throw fault;

    public Task<TaskRecord> UpdateAsync(Caller caller, string id, TaskUpdate update, CancellationToken cancellationToken = default) => throw fault;

    public Task<TaskSubmitted> PutAsync(Caller caller, string id, TaskPut task, CancellationToken cancellationToken = default) => throw fault;

    public Task<TaskRecord> CancelAsync(Caller caller, string id, long? ifGeneration = null, CancellationToken cancellationToken = default) =>
        throw fault;

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default) => throw fault;

    public Task<TaskPage> ListAsync(Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default) => throw fault;

    public Task<IReadOnlyDictionary<TaskState, long>> CountAsync(
        Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default) => throw fault;

    public virtual IAsyncEnumerable<TaskEvent> WatchAsync(
        Caller caller, string id, long? afterGeneration = null, string? leaseToken = null, CancellationToken cancellationToken = default) =>
            throw fault;

    public virtual Task<TaskRecord?> ClaimAsync(Caller caller, string agentId, TaskClaim claim, CancellationToken cancellationToken = default) =>
        throw fault;

    public Task<TaskRecord> RenewAsync(
        Caller caller, string id, string leaseToken, TimeSpan? lease = null, CancellationToken cancellationToken = default) => throw fault;

    public Task<TaskRecord> ReleaseAsync(Caller caller, string id, string leaseToken, CancellationToken cancellationToken = default) => throw fault;

    public Task<TaskWebhook> SaveWebhookAsync(
        Caller caller, string taskId, ReadOnlyMemory<byte> config, string? id = null, CancellationToken cancellationToken = default) => throw fault;

    public Task<IReadOnlyList<TaskWebhook>> ListWebhooksAsync(
        Caller caller,
        string taskId,
        string? leaseToken = null,
        CancellationToken cancellationToken = default) => throw fault;

    public Task DeleteWebhookAsync(Caller caller, string taskId, string id, CancellationToken cancellationToken = default) => throw fault;

    public Task<TaskFeedback> AddFeedbackAsync(
        Caller caller,
        string taskId,
        ReadOnlyMemory<byte> data,
        CancellationToken cancellationToken = default) => throw fault;

    public Task<ItemPage<TaskFeedback>> ListFeedbackAsync(
        Caller caller, string taskId, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default) => throw fault;

    public virtual Task<TaskClearing> ClearAllAsync(Caller caller, TimeSpan? wait = null, CancellationToken cancellationToken = default) =>
        throw fault;

    public virtual Task<TaskClearing> GetClearingAsync(Caller caller, CancellationToken cancellationToken = default) => throw fault;

    public Task<ContextSummary?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default) => throw fault;

    public Task<ContextRecord> UpdateAsync(
        Caller caller,
        string id,
        ReadOnlyMemory<byte> data,
        long? ifGeneration = null,
        bool mustExist = false,
        CancellationToken cancellationToken = default) => throw fault;

    public Task<ContextRecord> AppendAsync(
        Caller caller,
        string id,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        long? ifGeneration = null,
        bool mustExist = false,
        CancellationToken cancellationToken = default) => throw fault;

    public Task<ItemPage<RawJson>> ReadMessagesAsync(
        Caller caller, string id, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default) => throw fault;

    public Task<ContextPage> ListAsync(Caller caller, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default) =>
        throw fault;

    public Task<long> ClearAsync(Caller caller, string id, CancellationToken cancellationToken = default) => throw fault;

    Task<long> IContextRegistry.DeleteAsync(Caller caller, string id, CancellationToken cancellationToken) => throw fault;

    IAsyncEnumerable<ContextEvent> IContextRegistry.WatchAsync(
        Caller caller,
        string id,
        long? afterGeneration,
        CancellationToken cancellationToken) => throw fault;
}
