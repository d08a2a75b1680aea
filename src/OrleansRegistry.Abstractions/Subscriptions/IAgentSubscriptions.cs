namespace OrleansRegistry;

/// <summary>
/// Subscriptions to what happens to agents: each gets the events of <see cref="IAgentRegistry.WatchAsync"/> as CloudEvents by HTTP, signed, in the order of
/// revisions, at least once. A subscription belongs to who made it; for everybody else it does not exist.
/// </summary>
public interface IAgentSubscriptions
{
    /// <summary>
    /// Makes a subscription, or replaces the one of that id, which goes on from where it was, also where it was given up. A new one gets what happens after
    /// this call.
    /// </summary>
    /// <param name="id">Null for a generated one.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: a member is; the error names it. <see cref="RegistryError.NotFound"/>: another subject has one of that id.
    /// <see cref="RegistryError.Conflict"/>: the subject has as many as it can have.
    /// </exception>
    Task<SubscriptionSaved> SaveAsync(Caller caller, SubscriptionSave save, string? id = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a subscription; null where there is none that the caller may see.</summary>
    Task<AgentSubscription?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Lists the caller's subscriptions, the newest first.</summary>
    /// <param name="pageSize">1 to 1,000.</param>
    Task<SubscriptionPage> ListAsync(
        Caller caller, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes a subscription: within seconds nothing more is sent.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>.</exception>
    Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default);
}
