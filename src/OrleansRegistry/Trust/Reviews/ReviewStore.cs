using Orleans.Storage;

namespace OrleansRegistry.Trust.Reviews;

/// <summary>Reads and exchanges reviews.</summary>
internal sealed class ReviewStore(IRecordStore store)
{
    private const int Attempts = 20;

    /// <summary>The review of an agent, and the version of its record; null where there is none.</summary>
    public async ValueTask<(StoredReview Review, long Version)?> FindAsync(RecordKey key, CancellationToken cancellationToken = default) =>
        await store.ReadAsync(ReviewKind.Kind, key, cancellationToken) is { } stored ? (ReviewKind.Read(stored), stored.Version) : null;

    /// <summary>Changes a review from what it is to what <paramref name="change"/> makes of that, again where another change came between.</summary>
    /// <param name="change">
    /// Gets null where there is none; the same object that it got writes nothing, and null removes it. What it throws is thrown.
    /// </param>
    /// <returns>The review as it is then; null where there is none.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Busy"/>: others change it all the time; or the store takes no writes.</exception>
    public async Task<StoredReview?> ChangeAsync(
        RecordKey key, Func<StoredReview?, StoredReview?> change, CancellationToken cancellationToken = default)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var found = await FindAsync(key, cancellationToken);
            var after = change(found?.Review);
            if (ReferenceEquals(after, found?.Review))
            {
                return after;
            }

            try
            {
                if (after is null)
                {
                    await store.DeleteAsync(ReviewKind.Kind, key, found!.Value.Version, cancellationToken);
                }
                else
                {
                    await store.WriteAsync(ReviewKind.Kind, key, found?.Version ?? 0, ReviewKind.Write(after), cancellationToken);
                }

                return after;
            }
            catch (InconsistentStateException)
            {
                await Task.Delay(Random.Shared.Next(Math.Min(attempt * 2, 20)), cancellationToken);
            }
            catch (RecordOutcomeUnknownException)
            {
                // What is there now tells.
            }
        }

        throw new RegistryException(RegistryError.Busy, $"The review of agent '{LogText.Id(key.Id)}' is being changed all the time: try again.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };
    }

    public async Task<long> CountWaitingAsync(string tenant, CancellationToken cancellationToken) => (await store.GroupAsync(
        new RecordQuery(ReviewKind.Kind, tenant), ReviewKind.State, [ReviewState.Pending.ToName()], first: 0, cancellationToken))[0].Count;

    /// <summary>The agent as it is stored, whatever this process knows.</summary>
    public async ValueTask<StoredAgent> ReadAgentAsync(string tenant, string id, CancellationToken cancellationToken = default)
    {
        if (await store.ReadAsync(AgentKind.Kind, new RecordKey(tenant, id), cancellationToken) is not { } stored)
        {
            return default;
        }

        try
        {
            return new StoredAgent(stored.Version, ReplacedCards.Without(AgentKind.Read(stored)));
        }
        catch (RegistryException fault) when (fault.Error == RegistryError.Unreadable)
        {
            // A registration repairs it.
            return new StoredAgent(stored.Version, null);
        }
    }
}

/// <param name="Revision">Null where there is none.</param>
/// <param name="Agent">Null also where it cannot be read.</param>
internal readonly record struct StoredAgent(long? Revision, AgentRecord? Agent)
{
    /// <summary>The condition that the agent is still as it was read.</summary>
    public WriteCondition Pinned => Revision is { } revision ? new WriteCondition(revision) : new WriteCondition(IfAbsent: true);
}
