namespace OrleansRegistry.Trust;

/// <summary><see cref="IContextRegistry"/> for callers.</summary>
internal sealed class GuardedContexts(ContextRegistry contexts, Operations operations) : IContextRegistry
{
    public Task<ContextSummary?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.ReadContext, caller, id, () => contexts.GetAsync(caller, id, cancellationToken));

    public Task<ContextRecord> UpdateAsync(
        Caller caller,
        string id,
        ReadOnlyMemory<byte> data,
        long? ifGeneration = null,
        bool mustExist = false,
        CancellationToken cancellationToken = default) => operations.RunAsync(
        TaskOperations.UpdateContext, caller, id, () => contexts.UpdateAsync(caller, id, data, ifGeneration, mustExist, cancellationToken));

    public Task<ContextRecord> AppendAsync(
        Caller caller,
        string id,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        long? ifGeneration = null,
        bool mustExist = false,
        CancellationToken cancellationToken = default) => operations.RunAsync(
        TaskOperations.AppendContext, caller, id, () => contexts.AppendAsync(caller, id, messages, ifGeneration, mustExist, cancellationToken));

    public Task<ItemPage<RawJson>> ReadMessagesAsync(
        Caller caller, string id, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            TaskOperations.ReadContext, caller, id, () => contexts.ReadMessagesAsync(caller, id, pageSize, pageToken, cancellationToken));

    public Task<ContextPage> ListAsync(
        Caller caller, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default) => operations.RunAsync(
        TaskOperations.ReadContext, caller, null, () => contexts.ListAsync(caller, pageSize, pageToken, cancellationToken));

    public Task<long> ClearAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.ClearContext, caller, id, () => contexts.ClearAsync(caller, id, cancellationToken));

    public Task<long> DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.DeleteContext, caller, id, () => contexts.DeleteAsync(caller, id, cancellationToken));

    public IAsyncEnumerable<ContextEvent> WatchAsync(
        Caller caller, string id, long? afterGeneration = null, CancellationToken cancellationToken = default)
    {
        operations.Admit(TaskOperations.ReadContext, caller);
        return contexts.WatchAsync(caller, id, afterGeneration, cancellationToken);
    }
}
