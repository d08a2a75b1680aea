namespace OrleansRegistry;

/// <summary>
/// The registry of contexts. Every member refuses with a <see cref="RegistryException"/>; a context of another owner is
/// <see cref="RegistryError.NotFound"/>, as one that does not exist. A write is durable before it is answered.
/// </summary>
public interface IContextRegistry
{
    /// <summary>The context with its tasks, or null.</summary>
    Task<ContextSummary?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Makes the context where there is none, and merges <paramref name="data"/> (one JSON object) into its data, member by member.</summary>
    /// <param name="ifGeneration">The context must have this generation; else <see cref="RegistryError.Conflict"/>.</param>
    /// <param name="mustExist">None is made: where there is none it is <see cref="RegistryError.Conflict"/>.</param>
    Task<ContextRecord> UpdateAsync(
        Caller caller, string id, ReadOnlyMemory<byte> data, long? ifGeneration = null, bool mustExist = false, CancellationToken cancellationToken = default);

    /// <summary>Makes the context where there is none, and appends to its own history; a message whose id is there already is not stored again.</summary>
    /// <inheritdoc cref="UpdateAsync"/>
    Task<ContextRecord> AppendAsync(
        Caller caller, string id, IReadOnlyList<ReadOnlyMemory<byte>> messages, long? ifGeneration = null, bool mustExist = false, CancellationToken cancellationToken = default);

    /// <summary>Its own messages, oldest first.</summary>
    /// <param name="pageSize">Within <see cref="PageLimit.Items"/>.</param>
    Task<ItemPage<RawJson>> ReadMessagesAsync(Caller caller, string id, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default);

    /// <summary>The caller's contexts, newest change first.</summary>
    /// <param name="pageSize">Within <see cref="PageLimit.Contexts"/>.</param>
    Task<ContextPage> ListAsync(Caller caller, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes its tasks and messages; the context and its data stay.</summary>
    /// <returns>How many tasks were deleted.</returns>
    Task<long> ClearAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Deletes it with its tasks and messages.</summary>
    /// <returns>How many tasks were deleted.</returns>
    Task<long> DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>The context first, then every event in order, until it is deleted. As <see cref="ITaskRegistry.WatchAsync"/>.</summary>
    IAsyncEnumerable<ContextEvent> WatchAsync(Caller caller, string id, long? afterGeneration = null, CancellationToken cancellationToken = default);
}
