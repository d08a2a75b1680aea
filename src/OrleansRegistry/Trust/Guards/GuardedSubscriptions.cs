namespace OrleansRegistry.Trust;

/// <summary><see cref="IAgentSubscriptions"/> for callers.</summary>
internal sealed class GuardedSubscriptions(AgentSubscriptions subscriptions, Operations operations) : IAgentSubscriptions
{
    public Task<SubscriptionSaved> SaveAsync(
        Caller caller, SubscriptionSave save, string? id = null, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.SaveSubscription,
        caller,
        id,
        () => subscriptions.SaveAsync(caller, save, id, cancellationToken),
        saved => saved.Subscription.Id);

    public Task<AgentSubscription?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.ReadSubscription, caller, id, () => subscriptions.GetAsync(caller, id, cancellationToken));

    public Task<SubscriptionPage> ListAsync(
        Caller caller, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.ReadSubscription, caller, null, () => subscriptions.ListAsync(caller, pageSize, pageToken, cancellationToken));

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.DeleteSubscription, caller, id, () => subscriptions.DeleteAsync(caller, id, cancellationToken));
}
