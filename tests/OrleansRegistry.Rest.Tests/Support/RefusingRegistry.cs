namespace OrleansRegistry.Rest.Tests;

/// <summary>A registry whose every call ends in the same fault.</summary>
internal class RefusingRegistry(Exception fault) : IAgentRegistry
{
    public long Revision => 1;

    public ValueTask WaitForRevisionAsync(long revision, CancellationToken cancellationToken = default) => throw fault;

    public Task<AgentWriteResult> RegisterAsync(Caller caller, AgentRegistration registration, CancellationToken cancellationToken = default) =>
        throw fault;

    public Task<IReadOnlyList<AgentBatchResult>> RegisterManyAsync(
        Caller caller, IReadOnlyList<AgentRegistration> registrations, CancellationToken cancellationToken = default) => throw fault;

    public Task<AgentWriteResult> PatchAsync(Caller caller, string id, AgentPatch patch, CancellationToken cancellationToken = default) =>
        throw fault;

    public Task<AgentRefresh> RefreshAsync(Caller caller, string id, CancellationToken cancellationToken = default) => throw fault;

    public Task<AgentRemoval> RemoveAsync(
        Caller caller,
        string id,
        WriteCondition condition = default,
        CancellationToken cancellationToken = default) => throw fault;

    public virtual ValueTask<AgentRecord?> GetAsync(
        Caller caller, string id, ReadConsistency consistency = ReadConsistency.Local, CancellationToken cancellationToken = default) => throw fault;

    public ValueTask<AgentPage> ListAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default) => throw fault;

    public IAsyncEnumerable<AgentEvent> WatchAsync(
        Caller caller, AgentQuery? query = null, long? afterRevision = null, CancellationToken cancellationToken = default) => throw fault;

    public ValueTask<IReadOnlyList<FacetCount>> GetTagsAsync(Caller caller, CancellationToken cancellationToken = default) => throw fault;

    public ValueTask<IReadOnlyList<FacetCount>> GetCategoriesAsync(Caller caller, CancellationToken cancellationToken = default) => throw fault;

    public ValueTask<AgentStats> GetStatsAsync(Caller caller, CancellationToken cancellationToken = default) => throw fault;

    public ValueTask<ExtensionPage> ListExtensionsAsync(
        Caller caller, ExtensionQuery? query = null, CancellationToken cancellationToken = default) => throw fault;

    public ValueTask<ExtensionInfo?> GetExtensionAsync(Caller caller, string uri, CancellationToken cancellationToken = default) => throw fault;

    public ValueTask<IReadOnlyList<ExtensionInfo>?> GetAgentExtensionsAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken = default) => throw fault;
}

/// <summary>A registry that answers no look-up until the caller gives up.</summary>
internal sealed class WaitingRegistry() : RefusingRegistry(new NotSupportedException())
{
    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async ValueTask<AgentRecord?> GetAsync(
        Caller caller, string id, ReadConsistency consistency = ReadConsistency.Local, CancellationToken cancellationToken = default)
    {
        Asked.SetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return null;
        }
        finally
        {
            Left.SetResult();
        }
    }
}
