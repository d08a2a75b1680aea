using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Grants for agents: <c>/grants</c>.</summary>
internal sealed class GrantEndpoints(IAgentGrants grants, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names ApprovalNames = new("expires_in");
    private static readonly RequestMembers.Names RevocationNames = new("reason");

    public void Map(ApiRoutes routes)
    {
        routes.Post("/grants", GiveAsync, Operation("giveGrant", "Give a grant for an agent, or hand on one's own")
            .Says("By the agent's owner; or with from by who holds that grant, if it is delegable: then no wider and no longer. "
                + "One that holds already as asked is answered as it is.")
            .Body("GrantTerms")
            .Answer(200, "The grant, which holds.", "Grant")
            .Problems(400, 403, 404, 409, 413, 415, 503, 507));
        routes.Post("/grants:request", RequestAsync, Operation("requestGrant", "Ask an agent's owner for a grant")
            .Says("For oneself, or for an agent that one acts for. It holds once it is approved, for a day unless expires_in says.")
            .Body("GrantTerms")
            .Answer(200, "What was asked for.", "Grant")
            .Problems(400, 403, 404, 409, 413, 415, 503, 507));
        routes.Get("/grants", ListAsync, Operation("listGrants", "The caller's grants, newest first")
            .Says("Those that it gave, holds or asked for, and those for its agents.")
            .Query("agent_id", "For this agent alone.")
            .Query("subject", "Of this subject alone.")
            .Query("for_agent", "Of this agent as the grantee alone.")
            .Query("state", $"{GrantStates.AllNames}.")
            .Paged(PageLimit.Grants)
            .Answer(200, "A page of grants. nextPageToken is empty on the last.", "GrantList")
            .Problems(400, 503));
        routes.Get("/grants/{id}", GetAsync, One("getGrant", "One grant")
            .Answer(200, "The grant.", "Grant")
            .Problems(400, 404, 503));
        routes.Post("/grants/{id}:approve", ApproveAsync, One("approveGrant", "Give what was asked for, as the agent's owner")
            .Body("GrantApproval")
            .Answer(200, "The grant, which holds.", "Grant")
            .Problems(400, 403, 404, 409, 413, 415, 503, 507));
        routes.Post("/grants/{id}:revoke", RevokeAsync, One("revokeGrant", "Take a grant back, or do not give it")
            .Says("By either side. Those handed on from it end with it.")
            .Body("GrantRevocation")
            .Answer(200, "The grant, which has ended.", "Grant")
            .Problems(400, 403, 404, 413, 415, 503, 507));
    }

    private static ApiOperation Operation(string operationId, string summary) => new(operationId, "Grants", summary);

    private static ApiOperation One(string operationId, string summary) => Operation(operationId, summary).Path("id", "The grant's id.");

    private static string IdOf(HttpContext context, string suffix = "")
    {
        QueryParameters.Check(context);
        return RawPath.Id(context, "grant_id", segmentsAfter: 0, suffix, HasNoAction);
    }

    private static HttpProblemException HasNoAction() =>
        new(StatusCodes.Status405MethodNotAllowed, "POST takes /grants/{id} with :approve and :revoke")
    {
        Header = ("Allow", "GET, HEAD"),
    };

    private async Task GiveAsync(HttpContext context) =>
        await SendAsync(context, await grants.GiveAsync(context.GetCaller(), await ReadTermsAsync(context), context.RequestAborted));

    private async Task RequestAsync(HttpContext context) =>
        await SendAsync(context, await grants.RequestAsync(context.GetCaller(), await ReadTermsAsync(context), context.RequestAborted));

    private async Task<GrantTerms> ReadTermsAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        return await RequestMembers.ReadAsync(context, options.MaxTaskBodyBytes, GrantJson.Terms, GrantJson.ReadTerms);
    }

    private async Task ApproveAsync(HttpContext context)
    {
        var id = IdOf(context, ":approve");
        var lifetime = await ReadAsync(context, ApprovalNames, GrantJson.ReadSeconds);
        await SendAsync(context, await grants.ApproveAsync(context.GetCaller(), id, lifetime, context.RequestAborted));
    }

    private async Task RevokeAsync(HttpContext context)
    {
        var id = IdOf(context, ":revoke");
        var reason = await ReadAsync(context, RevocationNames, members => members.Text("reason"));
        await SendAsync(context, await grants.RevokeAsync(context.GetCaller(), id, reason, context.RequestAborted));
    }

    /// <summary>What a body says that need not be there.</summary>
    private async Task<T?> ReadAsync<T>(HttpContext context, RequestMembers.Names names, Func<RequestMembers, T?> read)
    {
        if (context.Request.ContentLength is null or 0 && !context.Request.Headers.ContainsKey("Transfer-Encoding"))
        {
            return default;
        }

        return await RequestMembers.ReadAsync(context, options.MaxTaskBodyBytes, names, read);
    }

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Grants) ?? PageLimit.Grants.Usual;
        var (subject, agent) = (parameters.Text("subject"), parameters.Text("for_agent"));
        var page = await grants.ListAsync(
            context.GetReader(),
            new GrantQuery
            {
                AgentId = parameters.Text("agent_id"),
                Grantee = subject is null && agent is null ? null : new Grantee(subject, agent),
                State = parameters.Text("state") is not { } state ? null : GrantStates.TryParse(state)
                    ?? throw RegistryException.Invalid("state", $"must be {GrantStates.AllNames}"),
                PageSize = size,
                PageToken = parameters.Text("page_token"),
            },
            context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("grants"u8);
        foreach (var grant in page.Grants)
        {
            GrantJson.Write(answer.Json, grant);
        }

        answer.Json.WriteEndArray();
        answer.Json.WritePageEnd(page.NextPageToken, size, total: null);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context) => await SendAsync(
        context,
        await grants.GetAsync(context.GetReader(), IdOf(context), context.RequestAborted)
            ?? throw new RegistryException(RegistryError.NotFound, "Grant not found", "grant_id"));

    private static Task SendAsync(HttpContext context, AgentGrant grant)
    {
        var answer = JsonAnswer.Rent();
        GrantJson.Write(answer.Json, grant);
        return answer.SendAsync(context);
    }
}
