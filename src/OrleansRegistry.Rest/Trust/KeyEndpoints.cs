using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Trust;

/// <summary>API keys: <c>/keys</c>.</summary>
internal sealed class KeyEndpoints(IApiKeys keys, RegistryHttpOptions options, TimeProvider time)
{
    private const string RotateAction = ":rotate";
    private const string OverlapField = "overlapSeconds";
    private const int MostOverlap = 30 * 24 * 60 * 60;
    private const int MostAge = 10 * 366 * 24 * 60 * 60;

    private static readonly RequestMembers.Names NewNames =
        new("tenant", "subject", "roles", "agents", "description", "expiresAt", "expiresInSeconds");

    private static readonly RequestMembers.Names ChangeNames = new("roles", "agents", "description", "expiresAt") { KeepsAbsent = true };

    private static readonly RequestMembers.Names RotateNames = new(OverlapField);

    public void Map(ApiRoutes routes)
    {
        routes.Post("/keys", CreateAsync, Operation("createKey", "Make an API key, whose text is shown this once")
            .Says("Requests with it are of its subject, with its roles, which allow no more than the caller may do. The registry keeps a hash.")
            .Body("KeyCreate")
            .Answer(201, "It is made.", "ApiKey")
            .Problems(400, 403, 409, 413, 415, 503, 507));
        routes.Get("/keys", ListAsync, Operation("listKeys", "The tenant's keys, in the order of their ids")
            .Query("tenant", "Those of another tenant: for who manages tenants.")
            .Paged(PageLimit.Keys)
            .Answer(200, "A page of keys. nextPageToken is empty on the last.", "ApiKeyList")
            .Problems(400, 403, 503));
        routes.Get("/keys/{id}", GetAsync, One("getKey", "One key, without its secret")
            .Answer(200, "The key.", "ApiKey")
            .Problems(400, 403, 404, 503));
        routes.Patch("/keys/{id}", ChangeAsync, One("changeKey", "Change roles, agents, description or end of a key")
            .Says("Streams that are open with it end. null takes a limit to agents, a description or an end away.")
            .Body("KeyChange")
            .Answer(200, "It is changed.", "ApiKey")
            .Problems(400, 403, 404, 413, 415, 503, 507));
        routes.Post("/keys/{id}" + RotateAction, RotateAsync, One("rotateKey", "Give a key another secret, shown this once")
            .Says("The one before counts for overlapSeconds more, and not at all without.")
            .Body("KeyRotation")
            .Answer(200, "It has another secret.", "ApiKey")
            .Problems(400, 403, 404, 413, 415, 503, 507));
        routes.Delete("/keys/{id}", RevokeAsync, One("revokeKey", "Take a key back: within two seconds it counts on no replica")
            .Answer(204, "It is gone.")
            .Problems(400, 403, 404, 503, 507));
    }

    private static ApiOperation Operation(string operationId, string summary) => new(operationId, "Keys", summary);

    private static ApiOperation One(string operationId, string summary) => Operation(operationId, summary).Path("id", "The key's id.");

    private static string IdOf(HttpContext context, string suffix = "")
    {
        QueryParameters.Check(context);
        GenerationCondition.Refuse(context.Request);
        return RawPath.Id(context, "key_id", segmentsAfter: 0, suffix, HasNoAction);
    }

    private static HttpProblemException HasNoAction() =>
        new(StatusCodes.Status405MethodNotAllowed, "POST takes /keys/{id} with :rotate") { Header = ("Allow", "DELETE, GET, HEAD, PATCH") };

    private async Task CreateAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var caller = context.GetCaller();
        var key = await RequestMembers.ReadAsync(context, options.MaxTaskBodyBytes, NewNames, members => ReadNew(members, caller));
        var made = await keys.CreateAsync(caller, key, context.RequestAborted);
        await SendAsync(context, made.Key, made.Text, StatusCodes.Status201Created);
    }

    private NewApiKey ReadNew(RequestMembers members, Caller caller)
    {
        if (members.Has("expiresAt") && members.Has("expiresInSeconds"))
        {
            throw RegistryException.Invalid("expiresInSeconds", "says the same as expiresAt: leave one of them out");
        }

        var expires = members.Integer("expiresInSeconds", 1, MostAge) is { } seconds
            ? time.GetUtcNow().AddSeconds(seconds)
            : members.Time("expiresAt");
        return new NewApiKey(members.Text("subject") ?? caller.Subject, members.TextOrTexts("roles"))
        {
            Tenant = members.Text("tenant"),
            Agents = members.Texts("agents"),
            Description = members.Text("description"),
            ExpiresAt = expires,
        };
    }

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Keys) ?? PageLimit.Keys.Usual;
        var page = await keys.ListAsync(
            context.GetCaller(), parameters.Text("tenant"), size, parameters.Text("page_token"), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("keys"u8);
        foreach (var key in page.Keys)
        {
            KeyJson.Write(answer.Json, key);
        }

        answer.Json.WriteEndArray();
        answer.Json.WritePageEnd(page.NextPageToken, size, total: null);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var found = await keys.GetAsync(context.GetCaller(), IdOf(context), context.RequestAborted)
            ?? throw new RegistryException(RegistryError.NotFound, "Key not found", "key_id");
        await SendAsync(context, found);
    }

    private async Task ChangeAsync(HttpContext context)
    {
        var id = IdOf(context);
        var change = await RequestMembers.ReadAsync(context, options.MaxTaskBodyBytes, ChangeNames, members => new ApiKeyChange
        {
            Roles = members.IsSent("roles") ? new(members.TextOrTexts("roles")) : null,
            Agents = members.IsSent("agents") ? new(members.IsNull("agents") ? null : members.Texts("agents")) : null,
            Description = members.IsSent("description") ? new(members.IsNull("description") ? null : members.Text("description")) : null,
            ExpiresAt = members.IsSent("expiresAt") ? new(members.IsNull("expiresAt") ? null : members.Time("expiresAt")) : null,
        });
        await SendAsync(context, await keys.ChangeAsync(context.GetCaller(), id, change, context.RequestAborted));
    }

    private async Task RotateAsync(HttpContext context)
    {
        var id = IdOf(context, RotateAction);
        var overlap = await RequestMembers.ReadAsync(
            context, options.MaxTaskBodyBytes, RotateNames, members => TimeSpan.FromSeconds(members.Integer(OverlapField, 0, MostOverlap) ?? 0));
        var made = await keys.RotateAsync(context.GetCaller(), id, overlap, context.RequestAborted);
        await SendAsync(context, made.Key, made.Text);
    }

    private async Task RevokeAsync(HttpContext context)
    {
        await keys.RevokeAsync(context.GetCaller(), IdOf(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task SendAsync(HttpContext context, ApiKey key, string? text = null, int status = StatusCodes.Status200OK)
    {
        if (text is not null)
        {
            context.Response.Headers.CacheControl = "no-store";
        }

        var answer = JsonAnswer.Rent();
        KeyJson.Write(answer.Json, key, text);
        return answer.SendAsync(context, status);
    }
}
