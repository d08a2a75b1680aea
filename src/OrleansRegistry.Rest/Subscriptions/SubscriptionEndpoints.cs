using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Subscriptions;

/// <summary>Subscriptions to what happens to agents: <c>/subscriptions</c>.</summary>
internal sealed class SubscriptionEndpoints(IAgentSubscriptions subscriptions, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names Names = new("url", "query", "secret", "batch", "snapshot");

    private static readonly RequestMembers.Names QueryNames = new([.. (string[])["query"], .. AgentFilterMembers.Names]);

    public void Map(ApiRoutes routes)
    {
        routes.Post("/subscriptions", CreateAsync, Operation("createSubscription", "Be told by HTTP what happens to the agents of a query")
            .Says("url gets a POST for each event of GET /agents:watch, as CloudEvents 1.0 in JSON, or with batch for several at once; signed as "
                + "Standard Webhooks has it, by the secret, which is made here and shown this once where none is sent. In the order of revisions, at "
                + "least once. With snapshot it begins with all agents of the query, else with what happens from now on.")
            .Body("SubscriptionSave")
            .Idempotent()
            .Answer(201, "It is made.", "Subscription")
            .Answer(200, "It was made before, by a request with this Idempotency-Key.", "Subscription")
            .Problems(400, 409, 413, 415, 503, 507));
        routes.Get("/subscriptions", ListAsync, Operation("listSubscriptions", "The caller's subscriptions, newest first")
            .Paged(PageLimit.Subscriptions)
            .Answer(200, "A page of subscriptions. nextPageToken is empty on the last.", "SubscriptionList")
            .Problems(400, 503));
        routes.Get("/subscriptions/{id}", GetAsync, One("getSubscription", "One subscription, and how far it is")
            .Answer(200, "The subscription.", "Subscription")
            .Problems(400, 404, 503));
        routes.Put("/subscriptions/{id}", SaveAsync, One("saveSubscription", "Make a subscription with this id, or put this one in its place")
            .Says("One that there is goes on from where it was, also where it was given up; with snapshot it begins anew with all agents.")
            .Body("SubscriptionSave")
            .Answer(200, "It is stored.", "Subscription")
            .Answer(201, "It is made.", "Subscription")
            .Problems(400, 404, 409, 413, 415, 503, 507));
        routes.Delete("/subscriptions/{id}", DeleteAsync, One("deleteSubscription", "Delete a subscription: within seconds nothing more is sent")
            .Answer(204, "It is gone.")
            .Problems(400, 404, 503, 507));
    }

    private static ApiOperation Operation(string operationId, string summary) => new(operationId, "Subscriptions", summary);

    private static ApiOperation One(string operationId, string summary) => Operation(operationId, summary)
        .Path("id", "The subscription's id. A slash in it is written %2F.");

    private static string IdOf(HttpContext context)
    {
        QueryParameters.Check(context);
        GenerationCondition.Refuse(context.Request);
        return RawPath.Id(context, "subscription_id");
    }

    private async Task CreateAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        await SendAsync(context, await SaveAsync(context, id: null));
    }

    private async Task SaveAsync(HttpContext context) => await SendAsync(context, await SaveAsync(context, IdOf(context)));

    private async Task<SubscriptionSaved> SaveAsync(HttpContext context, string? id)
    {
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var members = new RequestMembers(body.Bytes, Names);
        var save = new SubscriptionSave(
            members.Text("url") ?? throw members.Missing("url", "it says where events are sent"), ReadQuery(members))
        {
            Secret = members.Text("secret"),
            Batch = members.Boolean("batch"),
            Snapshot = members.Boolean("snapshot") ?? false,
        };
        body.Release();
        return await subscriptions.SaveAsync(context.GetCaller(), save, id, context.RequestAborted);
    }

    private static AgentQuery? ReadQuery(RequestMembers members)
    {
        if (members.Object("query") is not { } json)
        {
            return null;
        }

        var query = new RequestMembers(json, QueryNames, "query", "query.");
        return AgentFilterMembers.Read(query, new AgentQuery { Text = query.Text("query") });
    }

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Subscriptions) ?? PageLimit.Subscriptions.Usual;
        var page = await subscriptions.ListAsync(context.GetCaller(), size, parameters.Text("page_token"), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("subscriptions"u8);
        foreach (var subscription in page.Subscriptions)
        {
            SubscriptionJson.Write(answer.Json, subscription);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteUnreadable(page.Unreadable);
        answer.Json.WritePageEnd(page.NextPageToken, size, total: null);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var found = await subscriptions.GetAsync(context.GetCaller(), IdOf(context), context.RequestAborted)
            ?? throw new RegistryException(RegistryError.NotFound, "Subscription not found", "subscription_id");
        var answer = JsonAnswer.Rent();
        SubscriptionJson.Write(answer.Json, found);
        await answer.SendAsync(context);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        await subscriptions.DeleteAsync(context.GetCaller(), IdOf(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task SendAsync(HttpContext context, SubscriptionSaved saved)
    {
        var answer = JsonAnswer.Rent();
        SubscriptionJson.Write(answer.Json, saved.Subscription, saved.Secret);
        return answer.SendAsync(context, saved.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }
}
