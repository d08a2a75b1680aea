namespace OrleansRegistry;

/// <summary>
/// Reviews of new agents and of other cards of agents, where the policy of a tenant asks for them. Whoever has <see cref="Permissions.AgentsReview"/> decides;
/// what such a caller registers itself does not wait.
/// </summary>
public interface IAgentReviews
{
    /// <summary>What the caller's tenant asks for; with its URLs for who may change it, and without those that the registry's settings name.</summary>
    Task<ReviewPolicy> GetPolicyAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>Asks for this from now on. What waits already goes on waiting.</summary>
    /// <param name="secret">
    /// What requests to the policy's URLs are signed with: <c>whsec_</c> and 24 to 64 bytes in Base64. Null: that which there is, and one is made where there
    /// is none and a URL is named.
    /// </param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a URL or the secret cannot be one.</exception>
    Task<ReviewPolicySaved> PutPolicyAsync(
        Caller caller, ReviewPolicy policy, string? secret = null, CancellationToken cancellationToken = default);

    /// <summary>The reviews of the tenant, newest first; of a caller who may not decide, those that it asked for.</summary>
    /// <param name="state">Null for all.</param>
    Task<ReviewPage> ListAsync(
        Caller caller, ReviewState? state = null, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default);

    /// <summary>The review of an agent, with its card; null where there is none that the caller may see.</summary>
    Task<AgentReview?> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default);

    /// <summary>Has the agent get the card that waits, as though who sent it had registered it now.</summary>
    /// <param name="reviewId">Of the card that is approved (<see cref="AgentReview.Id"/>).</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.NotFound"/>: there is no such review. <see cref="RegistryError.Conflict"/>: another card waits by now, it was rejected, or the
    /// agent got another card since or was removed, and the review goes on waiting; as registrations are refused, too.
    /// </exception>
    Task<AgentReview> ApproveAsync(Caller caller, string agentId, string reviewId, CancellationToken cancellationToken = default);

    /// <summary>Has the agent not get the card.</summary>
    /// <param name="reviewId">As of <see cref="ApproveAsync"/>.</param>
    /// <param name="reason">Why: 1 to 1,000 characters.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.NotFound"/>; <see cref="RegistryError.Conflict"/>: another card waits by now, or it was approved.
    /// </exception>
    Task<AgentReview> RejectAsync(
        Caller caller, string agentId, string reviewId, string reason, CancellationToken cancellationToken = default);

    /// <summary>Takes back what waits. Only who asked for it may.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.NotFound"/>; <see cref="RegistryError.Conflict"/>: it was decided.
    /// </exception>
    Task WithdrawAsync(Caller caller, string agentId, CancellationToken cancellationToken = default);
}
