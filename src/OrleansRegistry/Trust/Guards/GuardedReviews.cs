using OrleansRegistry.Trust.Reviews;

namespace OrleansRegistry.Trust;

/// <summary><see cref="IAgentReviews"/> for callers.</summary>
internal sealed class GuardedReviews(AgentReviews reviews, Operations operations) : IAgentReviews
{
    public static readonly Operation ReadPolicy = new("registry.review.read_policy", Permissions.AgentsRead | Permissions.Policies);
    public static readonly Operation PutPolicy =
        new("registry.review.put_policy", Permissions.Policies, IsChange: true) { IsOfAllAgents = true };
    public static readonly Operation Read = new("registry.review.read", Permissions.AgentsWrite | Permissions.AgentsReview);
    public static readonly Operation Approve = new("registry.review.approve", Permissions.AgentsReview, IsChange: true) { Grows = true };
    public static readonly Operation Reject = new("registry.review.reject", Permissions.AgentsReview, IsChange: true);
    public static readonly Operation Withdraw = new("registry.review.withdraw", Permissions.AgentsWrite, IsChange: true);

    public Task<ReviewPolicy> GetPolicyAsync(Caller caller, CancellationToken cancellationToken = default) =>
        operations.RunAsync(ReadPolicy, caller, null, () => reviews.GetPolicyAsync(caller, cancellationToken));

    public Task<ReviewPolicySaved> PutPolicyAsync(
        Caller caller, ReviewPolicy policy, string? secret = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(PutPolicy, caller, null, () => reviews.PutPolicyAsync(caller, policy, secret, cancellationToken));

    public Task<ReviewPage> ListAsync(
        Caller caller, ReviewState? state = null, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(Read, caller, null, () => reviews.ListAsync(caller, state, pageSize, pageToken, cancellationToken));

    public Task<AgentReview?> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default) =>
        operations.RunAsync(Read, caller, agentId, () => reviews.GetAsync(caller, agentId, cancellationToken));

    public Task<AgentReview> ApproveAsync(Caller caller, string agentId, string reviewId, CancellationToken cancellationToken = default) =>
        operations.RunAsync(Approve, caller, agentId, () => reviews.ApproveAsync(caller, agentId, reviewId, cancellationToken));

    public Task<AgentReview> RejectAsync(
        Caller caller, string agentId, string reviewId, string reason, CancellationToken cancellationToken = default) =>
        operations.RunAsync(Reject, caller, agentId, () => reviews.RejectAsync(caller, agentId, reviewId, reason, cancellationToken));

    public Task WithdrawAsync(Caller caller, string agentId, CancellationToken cancellationToken = default) =>
        operations.RunAsync(Withdraw, caller, agentId, () => reviews.WithdrawAsync(caller, agentId, cancellationToken));
}
