using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Reviews of agents and cards, <c>/reviews</c>, and what is reviewed, <c>/review-policy</c>.</summary>
internal sealed class ReviewEndpoints(IAgentReviews reviews, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names Approval = new("review_id");

    private static readonly RequestMembers.Names Rejection = new("review_id", "reason");

    private static readonly RequestMembers.Names Policy = new("review", "hook_url", "on_failure", "webhook_url", "secret");

    public void Map(ApiRoutes routes)
    {
        routes.Get("/reviews", ListAsync, Operation("listReviews", "The agents and cards that wait for a review, or did, newest first")
            .Says("For who may decide them; others see what they asked for themselves.")
            .Query("state", $"Only those: {ReviewStates.AllNames}.")
            .Paged(PageLimit.Reviews)
            .Answer(200, "A page of reviews. nextPageToken is empty on the last.", "ReviewList")
            .Problems(400, 403, 503));
        routes.Get("/reviews/{id}", GetAsync, One("getReview", "The review of one agent, with the card")
            .Answer(200, "The review.", "Review")
            .Problems(400, 403, 404, 503));
        routes.Post("/reviews/{id}:approve", ApproveAsync, One("approveReview", "Have the agent get the card that waits")
            .Says("It is registered as though who sent it did so now. 409 where another card waits by now, or the agent was changed since.")
            .Body("ReviewApproval")
            .Answer(200, "The agent has it.", "Review")
            .Problems(400, 403, 404, 409, 413, 415, 503, 507));
        routes.Post("/reviews/{id}:reject", RejectAsync, One("rejectReview", "Have the agent not get the card that waits")
            .Body("ReviewRejection")
            .Answer(200, "It is rejected.", "Review")
            .Problems(400, 403, 404, 409, 413, 415, 503, 507));
        routes.Delete("/reviews/{id}", WithdrawAsync, One("withdrawReview", "Take back what waits; only who asked for it may")
            .Answer(204, "It is gone.")
            .Problems(400, 403, 404, 409, 503, 507));
        routes.Refuse("/reviews/{id}", HasNoAction);
        routes.Get("/review-policy", GetPolicyAsync, Operation("getReviewPolicy", "What the caller's tenant asks of new agents and other cards")
            .Answer(200, "The policy; of a tenant without one, that of the registry's settings.", "ReviewPolicy")
            .Problems(400, 403, 503));
        routes.Put("/review-policy", PutPolicyAsync, Operation("putReviewPolicy", "Ask for this from now on, in the place of what was asked for")
            .Body("ReviewPolicy")
            .Answer(200, "It is stored.", "ReviewPolicy")
            .Problems(400, 403, 413, 415, 503, 507));
    }

    private static ApiOperation Operation(string operationId, string summary) => new(operationId, "Reviews", summary);

    private static ApiOperation One(string operationId, string summary) => Operation(operationId, summary)
        .Path("id", "The agent's id. A slash in it is written %2F.");

    private static string IdOf(HttpContext context, string suffix = "")
    {
        QueryParameters.Check(context);
        GenerationCondition.Refuse(context.Request);
        var id = RawPath.Id(context, "agent_id", segmentsAfter: 0, suffix, HasNoAction);
        Identifiers.CheckId(id);
        return id;
    }

    private static HttpProblemException HasNoAction() =>
        new(StatusCodes.Status405MethodNotAllowed, "POST takes /reviews/{id} with :approve and :reject")
        {
            Header = ("Allow", "DELETE, GET, HEAD"),
        };

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Reviews) ?? PageLimit.Reviews.Usual;
        ReviewState? state = parameters.Text("state") is { } name
            ? ReviewStates.TryParse(name) ?? throw RegistryException.Invalid("state", $"must be {ReviewStates.AllNames}")
            : null;
        var page = await reviews.ListAsync(context.GetCaller(), state, size, parameters.Text("page_token"), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("reviews"u8);
        foreach (var review in page.Reviews)
        {
            ReviewJson.Write(answer.Json, review);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteUnreadable(page.Unreadable);
        answer.Json.WritePageEnd(page.NextPageToken, size, total: null);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = IdOf(context);
        await SendAsync(context, await reviews.GetAsync(context.GetCaller(), id, context.RequestAborted)
            ?? throw new RegistryException(RegistryError.NotFound, $"There is no review of agent '{LogText.Id(id)}'.", "agent_id"));
    }

    private async Task ApproveAsync(HttpContext context)
    {
        var id = IdOf(context, ":approve");
        var review = await RequestMembers.ReadAsync(context, options.MaxTaskBodyBytes, Approval, ReviewId);
        await SendAsync(context, await reviews.ApproveAsync(context.GetCaller(), id, review, context.RequestAborted));
    }

    private async Task RejectAsync(HttpContext context)
    {
        var id = IdOf(context, ":reject");
        var (review, reason) = await RequestMembers.ReadAsync(
            context,
            options.MaxTaskBodyBytes,
            Rejection,
            members => (ReviewId(members), members.Text("reason") ?? throw members.Missing("reason", "it says why")));
        await SendAsync(context, await reviews.RejectAsync(context.GetCaller(), id, review, reason, context.RequestAborted));
    }

    private async Task WithdrawAsync(HttpContext context)
    {
        await reviews.WithdrawAsync(context.GetCaller(), IdOf(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task GetPolicyAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        await SendAsync(context, await reviews.GetPolicyAsync(context.GetCaller(), context.RequestAborted), null);
    }

    private async Task PutPolicyAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var (policy, secret) = await RequestMembers.ReadAsync(
            context, options.MaxTaskBodyBytes, Policy, members => (ReadPolicy(members), members.Text("secret")));
        var saved = await reviews.PutPolicyAsync(context.GetCaller(), policy, secret, context.RequestAborted);
        await SendAsync(context, saved.Policy, saved.Secret);
    }

    private static ReviewPolicy ReadPolicy(RequestMembers members)
    {
        var mode = members.Text("review") is { } review
            ? ReviewPolicyNames.TryParseMode(review) ?? throw RegistryException.Invalid("review", $"must be {ReviewPolicyNames.AllModes}")
            : ReviewMode.None;
        return new ReviewPolicy(mode)
        {
            HookUrl = members.Text("hook_url"),
            OnFailure = members.Text("on_failure") is { } failure
                ? ReviewPolicyNames.TryParseFailure(failure)
                    ?? throw RegistryException.Invalid("on_failure", $"must be {ReviewPolicyNames.AllFailures}")
                : HookFailure.Deny,
            WebhookUrl = members.Text("webhook_url"),
        };
    }

    private static string ReviewId(RequestMembers members) =>
        members.Text("review_id") ?? throw members.Missing("review_id", "it says which card is meant");

    private static Task SendAsync(HttpContext context, AgentReview review)
    {
        var answer = JsonAnswer.Rent();
        ReviewJson.Write(answer.Json, review);
        return answer.SendAsync(context);
    }

    private static Task SendAsync(HttpContext context, ReviewPolicy policy, string? secret)
    {
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("review"u8, policy.Mode.ToName());
        json.WriteGiven("hook_url", policy.HookUrl);
        json.WriteString("on_failure"u8, policy.OnFailure.ToName());
        json.WriteGiven("webhook_url", policy.WebhookUrl);
        json.WriteGiven("secret", secret);
        return answer.SendObjectAsync(context);
    }
}
