using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;
using OrleansRegistry.Rest.Liveness;

namespace OrleansRegistry.Rest.Instances;

/// <summary>The places where an agent runs: <c>/agents/{id}/instances</c>.</summary>
internal sealed class InstanceEndpoints(IAgentInstances instances, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names Names = new("url", "weight", "version", "metadata", "ttl", "ephemeral");

    public void Map(ApiRoutes routes)
    {
        routes.Put("/agents/{id}/instances/{name}", PutAsync, Conditional(InstanceDocs
            .Instance("putInstance", "Register an instance of an agent, or replace it"))
            .Says("For the agent's owner and its workers; where messages are passed on to the agent, or it has credentials for that, for its owner "
                + "alone. What is not sent is as if it was never set; a lease begins anew.")
            .Body("InstanceRegistration")
            .Answer(200, "It is replaced.", "InstanceWritten", isTagged: true)
            .Answer(201, "It is registered.", "InstanceWritten", isTagged: true)
            .Problems(400, 403, 404, 409, 412, 413, 415, 503, 507));
        routes.Get("/agents/{id}/instances", ListAsync, AgentDocs.Agent("listInstances", "An agent's instances, by their names")
            .Query("health", $"Those of this health alone: {AgentHealths.AllNames}.")
            .Query("version", "Those of this version alone.")
            .Paged(PageLimit.Instances)
            .Answer(200, "A page of instances.", "InstanceList", isTagged: true)
            .Problems(400, 404, 503));
        routes.Get("/agents/{id}/instances/{name}", GetAsync, InstanceDocs.Instance("getInstance", "An instance of an agent")
            .Answer(200, "The instance.", "InstanceFound", isTagged: true)
            .Problems(400, 404, 503));
        routes.Delete("/agents/{id}/instances/{name}", RemoveAsync, Conditional(InstanceDocs
            .Instance("removeInstance", "Remove an instance of an agent"))
            .Says("For those who may register it.")
            .Answer(200, "It is removed.", "InstanceRemoved")
            .Problems(400, 403, 404, 409, 412, 503, 507));
        routes.Get("/agents/{id}/instances:choose", ChooseAsync, AgentDocs.Agent("chooseInstance", "Choose one of an agent's healthy instances")
            .Says("Each as often as its weight says. 503 where none is healthy, or none has a weight above 0.")
            .Query("key", "What is to come to the same instance as long as that is healthy, such as a session's id. Absent: by chance.")
            .Query("version", "Of those of this version alone.")
            .Query("any_health", "true: where none is healthy, of the unhealthy, and then of the expired.", "boolean")
            .Answer(200, "The instance.", "InstanceFound")
            .Problems(400, 404, 503));
    }

    private static ApiOperation Conditional(ApiOperation operation) => operation
        .Header("If-Match", "Only if there is such an instance, and its agent has this entity tag (its revision); * at any.")
        .Header("If-None-Match", "*: only if there is no such instance.");

    private async Task PutAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var holder = InstancePaths.Holder(context);
        var condition = RevisionCondition.Read(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var members = new RequestMembers(body.Bytes, Names);
        var registration = new InstanceRegistration(members.Text("url") ?? throw members.Missing("url", "it says where the instance serves"))
        {
            Weight = members.Fraction("weight") ?? 1,
            Version = members.Text("version"),
            Metadata = members.Object("metadata") is { } metadata ? metadata.ToArray() : (ReadOnlyMemory<byte>?)null,
            Ttl = LeaseJson.ReadTtl(members),
            Ephemeral = members.Boolean("ephemeral") ?? false,
            Condition = condition,
        };
        body.Release();
        var written = await instances.PutAsync(context.GetCaller(), holder.AgentId, holder.Instance!, registration, context.RequestAborted);
        SetHeaders(context, written.Revision);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteBoolean("success"u8, true);
        answer.Json.WriteBoolean("created"u8, written.Created);
        Write(answer.Json, holder.AgentId, written.Instance, written.Revision);
        await answer.SendObjectAsync(context, written.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task ListAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var parameters = new QueryParameters(context);
        var health = parameters.Text("health");
        var query = new InstanceQuery
        {
            Health = health is null ? null : AgentHealths.TryParse(health)
                ?? throw RegistryException.Invalid("health", $"must be {AgentHealths.AllNames}, not '{health}'"),
            Version = parameters.Text("version"),
            PageSize = parameters.PageSize(PageLimit.Instances),
            PageToken = parameters.Text("page_token"),
        };
        var page = await instances.ListAsync(context.GetCaller(), id, query, context.RequestAborted);
        EntityTags.Set(context.Response, page.Revision);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("agent_id"u8, id);
        json.WriteStartArray("instances"u8);
        foreach (var instance in page.Instances)
        {
            InstanceJson.Write(json, instance);
            await answer.DrainAsync(context);
        }

        json.WriteEndArray();
        json.WriteNumber("revision"u8, page.Revision);
        json.WritePageEnd(page.NextPageToken, query.PageSize ?? PageLimit.Instances.Usual, page.Total);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var holder = InstancePaths.Holder(context);
        var found = await instances.GetAsync(context.GetCaller(), holder.AgentId, holder.Instance!, context.RequestAborted);
        EntityTags.Set(context.Response, found.Revision);
        await SendAsync(context, holder.AgentId, found);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var holder = InstancePaths.Holder(context);
        var condition = RevisionCondition.Read(context.Request);
        var revision = await instances.RemoveAsync(context.GetCaller(), holder.AgentId, holder.Instance!, condition, context.RequestAborted);
        RevisionHeader.Set(context.Response, revision);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteBoolean("success"u8, true);
        answer.Json.WriteString("agent_id"u8, holder.AgentId);
        answer.Json.WriteString("name"u8, holder.Instance);
        answer.Json.WriteNumber("revision"u8, revision);
        await answer.SendObjectAsync(context);
    }

    private async Task ChooseAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var parameters = new QueryParameters(context);
        var choice = new InstanceChoice
        {
            Key = parameters.Text("key"),
            Version = parameters.Text("version"),
            AnyHealth = parameters.Boolean("any_health") ?? false,
        };
        var chosen = await instances.ChooseAsync(context.GetCaller(), id, choice, context.RequestAborted);

        // The next choice may be another.
        context.Response.Headers.CacheControl = "no-store";
        await SendAsync(context, id, chosen);
    }

    private static Task SendAsync(HttpContext context, string agentId, InstanceFound found)
    {
        var answer = JsonAnswer.RentObject();
        Write(answer.Json, agentId, found.Instance, found.Revision);
        return answer.SendObjectAsync(context);
    }

    private static void Write(Utf8JsonWriter json, string agentId, AgentInstance instance, long revision)
    {
        json.WriteString("agent_id"u8, agentId);
        InstanceJson.WriteMembers(json, instance);
        json.WriteNumber("revision"u8, revision);
    }

    private static void SetHeaders(HttpContext context, long revision)
    {
        RevisionHeader.Set(context.Response, revision);
        EntityTags.Set(context.Response, revision);
    }
}
