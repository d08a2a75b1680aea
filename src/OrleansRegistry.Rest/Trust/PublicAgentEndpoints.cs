using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Public agents of all tenants: <c>GET /public/agents</c> and <c>GET /public/agents/{tenant}/{id}</c>.</summary>
internal sealed class PublicAgentEndpoints(IPublicAgents agents)
{
    public void Map(ApiRoutes routes)
    {
        routes.Get("/public/agents", ListAsync, AgentDocs.Operation("listPublicAgents", "Public agents of all tenants, by tenant and id")
            .Says("Those that their owners made public. They are read here, and nothing else: messages to them are for their own tenants.")
            .Filtered()
            .Query("page_size", $"The most agents to answer with, 1 to 1,000; {PublicAgentPage.UsualSize} unless given.", "integer")
            .Query("page_token", "The next_page_token of the page before.")
            .Answer(200, "A page of agents. next_page_token is null on the last.", "PublicAgentList")
            .Problems(400, 503));
        routes.Get("/public/agents/{tenant}/{id}", GetAsync, AgentDocs.Operation("getPublicAgent", "A public agent")
            .Path("tenant", "The tenant that it belongs to.")
            .Path("id", "Its id within that. A slash in it is written %2F.")
            .Answer(200, "The agent.", "PublicAgent")
            .Problems(400, 404, 503));
    }

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var query = AgentListEndpoints.Filters(parameters) with
        {
            PageSize = parameters.PageSize(PageLimit.Agents),
            PageToken = parameters.Text("page_token"),
        };
        var page = await agents.ListAsync(context.GetReader(), query, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("agents"u8);
        foreach (var agent in page.Agents)
        {
            Write(answer, agent);
            await answer.DrainAsync(context);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteNumber("count"u8, page.Agents.Count);
        answer.Json.WriteString("next_page_token"u8, page.NextPageToken);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var id = AgentPaths.AgentId(context);
        var tenant = (string)context.Request.RouteValues["tenant"]!;
        var agent = await agents.GetAsync(context.GetReader(), tenant, id, context.RequestAborted) ?? throw AgentPaths.NotFound();
        var answer = JsonAnswer.Rent();
        Write(answer, agent);
        await answer.SendAsync(context);
    }

    private static void Write(JsonAnswer answer, PublicAgent agent)
    {
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteString("tenant"u8, agent.Tenant);
        json.WriteString("agent_id"u8, agent.Id);
        json.WritePropertyName("agent_card"u8);
        json.WriteRawValue(agent.Card.Span, skipInputValidation: true);
        json.WriteBoolean("enabled"u8, agent.Enabled);
        json.WriteString("lifecycle"u8, agent.LifeCycle.ToName());
        json.WriteTime("updated_at", agent.UpdatedAt);
        json.WriteEndObject();
    }
}
