namespace OrleansRegistry;

/// <summary>
/// The registry of contexts (conversations; A2A 1.0, section 3.4). Every member throws <see cref="RegistryException"/> for requests it cannot serve;
/// a context of another owner is <see cref="RegistryError.NotFound"/>, like one that does not exist. A write returns once it is durable.
/// </summary>
public interface IContextRegistry
{
    /// <summary>Reads a context with its newest tasks; null when it does not exist.</summary>
    Task<ContextSummary?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Creates the context if it does not exist, and replaces the members of its data that <paramref name="data"/> (one JSON object) has.
    /// </summary>
    /// <param name="ifGeneration">The context must have this generation; else <see cref="RegistryError.Conflict"/>.</param>
    /// <param name="mustExist">True: a context that does not exist is not created, but <see cref="RegistryError.Conflict"/>.</param>
    Task<ContextRecord> UpdateAsync(
        Caller caller,
        string id,
        ReadOnlyMemory<byte> data,
        long? ifGeneration = null,
        bool mustExist = false,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Creates the context if it does not exist, and appends to its own history. A message whose id the history already has is not stored again.
    /// </summary>
    /// <inheritdoc cref="UpdateAsync"/>
    Task<ContextRecord> AppendAsync(
        Caller caller,
        string id,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        long? ifGeneration = null,
        bool mustExist = false,
        CancellationToken cancellationToken = default);

    /// <summary>Reads the context's own messages, oldest first.</summary>
    /// <param name="pageSize">Within <see cref="PageLimit.Items"/>.</param>
    Task<ItemPage<RawJson>> ReadMessagesAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        CancellationToken cancellationToken = default);

    /// <summary>Lists the caller's contexts, newest change first.</summary>
    /// <param name="pageSize">Within <see cref="PageLimit.Contexts"/>.</param>
    Task<ContextPage> ListAsync(Caller caller, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes the tasks and messages of a context; the context and its data stay.</summary>
    /// <returns>How many tasks were deleted.</returns>
    Task<long> ClearAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Deletes a context with its tasks and messages.</summary>
    /// <returns>How many tasks were deleted.</returns>
    Task<long> DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Yields the context, then every event in order until the context is deleted. Resumes like <see cref="ITaskRegistry.WatchAsync"/>.
    /// </summary>
    IAsyncEnumerable<ContextEvent> WatchAsync(Caller caller, string id, long? afterGeneration = null, CancellationToken cancellationToken = default);
}
