using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Reviews of agents and cards over HTTP.</summary>
internal sealed class HttpReviews(RegistryHttp http) : IAgentReviews
{
    private const string Collection = "reviews";
    private const string Policy = "review-policy";

    public async Task<ReviewPolicy> GetPolicyAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, Policy), cancellationToken);
        return answer.Read(ReadPolicy);
    }

    public async Task<ReviewPolicySaved> PutPolicyAsync(
        Caller caller, ReviewPolicy policy, string? secret = null, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteString("review"u8, policy.Mode.ToName());
            json.WriteString("on_failure"u8, policy.OnFailure.ToName());
            json.WriteGiven("hook_url", policy.HookUrl);
            json.WriteGiven("webhook_url", policy.WebhookUrl);
            json.WriteGiven("secret", secret);
        });
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Put, Policy, body, keyed: false), cancellationToken);
        return answer.Read(json => new ReviewPolicySaved(ReadPolicy(json), json.Text("secret")));
    }

    public async Task<ReviewPage> ListAsync(
        Caller caller, ReviewState? state = null, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(
            Collection,
            ("state", state?.ToName()),
            ("page_size", pageSize.ToString(CultureInfo.InvariantCulture)),
            ("page_token", pageToken));
        using var answer = await http.CallAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new ReviewPage([.. page.Entries(Collection).Select(Read)], page.NextPage())
        {
            Unreadable = page.Strings("unreadable"),
        });
    }

    public async Task<AgentReview?> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await http.CallAsync(http.Read(caller, Of(agentId)), cancellationToken);
            return answer.Read(Read);
        }
        catch (RegistryException fault) when (fault is { Error: RegistryError.NotFound, Field: "agent_id" })
        {
            return null;
        }
    }

    public Task<AgentReview> ApproveAsync(
        Caller caller, string agentId, string reviewId, CancellationToken cancellationToken = default) =>
        DecideAsync(caller, Of(agentId, ":approve"), reviewId, null, cancellationToken);

    public Task<AgentReview> RejectAsync(
        Caller caller, string agentId, string reviewId, string reason, CancellationToken cancellationToken = default) =>
        DecideAsync(caller, Of(agentId, ":reject"), reviewId, reason, cancellationToken);

    public async Task WithdrawAsync(Caller caller, string agentId, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Delete, Of(agentId), keyed: false), cancellationToken);
    }

    public static AgentReview Read(JsonElement review) => new(
        review.Required("agent_id"),
        review.Required("id"),
        ReviewStates.TryParse(review.Text("state")) ?? ReviewState.Pending,
        review.Text("change") == "new",
        review.Required("requested_by"),
        review.Time("requested_at"))
    {
        DecidedBy = review.Text("decided_by"),
        DecidedAt = review.Find("decided_at") is null ? null : review.Time("decided_at"),
        Reason = review.Text("reason"),
        Card = review.Find("agent_card") is { } card ? JsonInput.Copy(card) : default,
    };

    private async Task<AgentReview> DecideAsync(
        Caller caller, string path, string reviewId, string? reason, CancellationToken cancellationToken)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteString("review_id"u8, reviewId);
            json.WriteGiven("reason", reason);
        });
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Post, path, body, keyed: false), cancellationToken);
        return answer.Read(Read);
    }

    private static string Of(string agentId, string action = "")
    {
        Identifiers.CheckId(agentId);
        return ApiPath.Of(Collection, agentId, action);
    }

    private static ReviewPolicy ReadPolicy(JsonElement policy) =>
        new(ReviewPolicyNames.TryParseMode(policy.Text("review")) ?? ReviewMode.All)
        {
            HookUrl = policy.Text("hook_url"),
            OnFailure = ReviewPolicyNames.TryParseFailure(policy.Text("on_failure")) ?? HookFailure.Deny,
            WebhookUrl = policy.Text("webhook_url"),
        };
}
