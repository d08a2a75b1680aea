namespace OrleansRegistry.Agents;

/// <summary>Waits until this node's directory has seen a revision.</summary>
internal sealed class AgentRevisions(AgentDirectory directory, IRecordStore store, [RegistryTime] TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Longer than the word of another node's write takes: after that the store is asked whether it knows the revision at all.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc cref="IAgentRegistry.WaitForRevisionAsync"/>
    public ValueTask WaitAsync(long revision, CancellationToken cancellationToken) =>
        directory.Revision >= revision && directory.History == store.History
            ? ValueTask.CompletedTask
            : new ValueTask(WaitForOthersAsync(revision, cancellationToken));

    /// <summary>
    /// Read your writes: the directory of this node holds the write before it is answered. Where others write to the same store, it was taken in
    /// ahead of the feed, which comes to it behind theirs.
    /// </summary>
    /// <param name="history">The store's before the write: where it has another one by now, nothing was taken in.</param>
    public Task SeeOwnAsync(long revision, long history, CancellationToken cancellationToken) =>
        store.IsShared && directory.History == history && store.History == history
            ? Task.CompletedTask
            : WaitAsync(revision, $"The change is stored, as revision {revision}, but this node has not seen it yet.", cancellationToken);

    private async Task WaitForOthersAsync(long revision, CancellationToken cancellationToken)
    {
        try
        {
            await directory.WaitForRevisionAsync(store.History, revision, Grace, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            await DemandKnownAsync(revision, cancellationToken);
            await WaitAsync(revision, $"This node has not seen revision {revision} yet.", cancellationToken);
        }
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>: the store has not come to that revision, so that nobody need wait
    /// for it.</exception>
    private async Task DemandKnownAsync(long revision, CancellationToken cancellationToken)
    {
        long newest;
        try
        {
            newest = await store.CurrentRevisionAsync(AgentKind.Kind, cancellationToken).AsTask().WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception fault) when (fault is TimeoutException or RegistryException)
        {
            // It may still arrive.
            return;
        }

        if (newest < revision)
        {
            throw new RegistryException(
                RegistryError.Conflict,
                $"Revision {revision} is not one of this registry, whose newest is {newest}: it is another registry's, or from before this one was "
                    + "put back to an earlier state. Ask without it.",
                "X-Registry-Revision");
        }
    }

    private async Task WaitAsync(long revision, string otherwise, CancellationToken cancellationToken)
    {
        try
        {
            await directory.WaitForRevisionAsync(store.History, revision, Patience, time, cancellationToken);
        }
        catch (TimeoutException fault)
        {
            throw new RegistryException(RegistryError.Unavailable, otherwise, innerException: fault) { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }
}
