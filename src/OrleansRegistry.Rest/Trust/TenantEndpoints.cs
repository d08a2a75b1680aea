using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Tenants: <c>/tenants</c>.</summary>
internal sealed class TenantEndpoints(ITenants tenants, RegistryHttpOptions options)
{
    private const string Path = "/tenants/{tenant}";

    private const int UsualWait = 30;

    private static readonly string[] Limits = ["maxAgents", "maxOpenTasks", "maxBytes"];
    private static readonly RequestMembers.Names Names = new([.. (string[])["description", "state", "reason"], .. Limits]);

    public void Map(ApiRoutes routes)
    {
        routes.Get("/tenants", ListAsync, Operation("listTenants", "The tenants that were made, by name")
            .Paged(PageLimit.Tenants)
            .Answer(200, "A page of tenants. nextPageToken is empty on the last.", "TenantList")
            .Problems(400, 403));
        routes.Get(Path, GetAsync, One("getTenant", "One tenant")
            .Query("usage", "true: with what it has, counted now.", "boolean")
            .Answer(200, "The tenant.", "Tenant")
            .Problems(400, 403, 404, 503));
        routes.Put(Path, PutAsync, One("putTenant", "Make a tenant, or change one")
            .Says("A member that is absent stays as it is; a limit that is null is taken away. A suspended tenant's callers are "
                + "refused, and all that it has stays. If-None-Match: * only makes one; If-Match names the version that is changed.")
            .Body("TenantChange")
            .Answer(200, "It is stored.", "Tenant")
            .Answer(201, "It is made.", "Tenant")
            .Problems(400, 403, 409, 412, 413, 415, 503, 507));
        routes.Delete(Path, EraseAsync, One("eraseTenant", "Erase all that a tenant has")
            .Says("Its callers are refused from now on. Agents, tasks, contexts, snapshots with their files, keys, users and its audit trail go; "
                + "backups that were made before still have them. Goes on where the process ends. The tenant is erased then, and its callers are "
                + "refused until it is made again.")
            .Query("wait", "How long to wait for the end, in seconds: 0 to 60, 30 unless given.", "integer")
            .Answer(200, "Nothing of it is left.", "TenantErasure")
            .Answer(202, "It is being erased.", "TenantErasure")
            .Problems(400, 403, 404, 503, 507));
    }

    private static ApiOperation Operation(string id, string summary) => new(id, "Tenants", summary);

    private static ApiOperation One(string id, string summary) => Operation(id, summary).Path("tenant", "The tenant's name.");

    private static string NameOf(HttpContext context) => RawPath.Id(context, "tenant", parameter: "tenant");

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Tenants) ?? PageLimit.Tenants.Usual;
        var page = await tenants.ListAsync(context.GetCaller(), size, parameters.Text("page_token"), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("tenants"u8);
        foreach (var tenant in page.Tenants)
        {
            Write(answer.Json, tenant, null);
        }

        answer.Json.WriteEndArray();
        answer.Json.WritePageEnd(page.NextPageToken, size, total: null);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var withUsage = new QueryParameters(context).Boolean("usage") ?? false;
        var (caller, name) = (context.GetCaller(), NameOf(context));
        var tenant = await tenants.GetAsync(caller, name, context.RequestAborted)
            ?? throw new RegistryException(RegistryError.NotFound, "Tenant not found", "tenant");
        await SendAsync(context, tenant, withUsage ? await tenants.GetUsageAsync(caller, name, context.RequestAborted) : null);
    }

    private async Task PutAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var name = NameOf(context);
        var (version, isNew) = GenerationCondition.ReadWithAbsence(context.Request, asked: null);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var members = new RequestMembers(body.Bytes, Names);
        var change = new TenantChange
        {
            Description = members.Text("description"),
            State = members.Text("state") is { } state
                ? TenantStates.TryParse(state) ?? throw RegistryException.Invalid("state", $"must be {TenantStates.AllNames}")
                : null,
            Reason = members.Text("reason"),
        };
        if (Limits.Any(members.IsSent))
        {
            var before = (await tenants.GetAsync(context.GetCaller(), name, context.RequestAborted))?.Limits ?? new TenantLimits();
            change = change with { Limits = ReadLimits(members, before) };
        }

        body.Release();
        var (tenant, created) = await tenants.PutAsync(context.GetCaller(), name, change, isNew ? 0 : version, context.RequestAborted);
        await SendAsync(context, tenant, null, created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task EraseAsync(HttpContext context)
    {
        var wait = TimeSpan.FromSeconds(new QueryParameters(context).Integer("wait", 0, LongPoll.MaxSeconds) ?? UsualWait);
        var erasure = await tenants.EraseAsync(context.GetCaller(), NameOf(context), wait, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteString("tenant"u8, erasure.Tenant);
        answer.Json.WriteBoolean("done"u8, erasure.IsDone);
        answer.Json.WriteNumber("erased"u8, erasure.Erased);
        await answer.SendObjectAsync(context, erasure.IsDone ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    /// <summary>A limit that is not sent stays; null takes it away.</summary>
    private static TenantLimits ReadLimits(RequestMembers members, TenantLimits before)
    {
        return new TenantLimits(Read(Limits[0], before.Agents), Read(Limits[1], before.OpenTasks), Read(Limits[2], before.Bytes));

        long? Read(string name, long? limit) => members.IsSent(name) ? members.Number(name, 0) : limit;
    }

    private static Task SendAsync(HttpContext context, RegistryTenant tenant, TenantUsage? usage, int status = StatusCodes.Status200OK)
    {
        var answer = JsonAnswer.Rent();
        Write(answer.Json, tenant, usage);
        return answer.SendAsync(context, status);
    }

    private static void Write(Utf8JsonWriter json, RegistryTenant tenant, TenantUsage? usage)
    {
        json.WriteStartObject();
        json.WriteString("tenant"u8, tenant.Name);
        json.WriteString("state"u8, tenant.State.ToName());
        json.WriteTime("createdAt", tenant.CreatedAt);
        json.WriteNumber("version"u8, tenant.Version);
        json.WriteGiven("description", tenant.Description);
        json.WriteGiven("reason", tenant.Reason);
        json.WriteGiven("maxAgents", tenant.Limits.Agents);
        json.WriteGiven("maxOpenTasks", tenant.Limits.OpenTasks);
        json.WriteGiven("maxBytes", tenant.Limits.Bytes);
        if (usage is not null)
        {
            json.WriteStartObject("usage"u8);
            json.WriteNumber("agents"u8, usage.Agents);
            json.WriteNumber("openTasks"u8, usage.OpenTasks);
            json.WriteNumber("bytes"u8, usage.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
