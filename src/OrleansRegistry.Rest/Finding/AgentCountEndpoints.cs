using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;

namespace OrleansRegistry.Rest.Finding;

/// <summary><c>GET /agents:count</c> and <c>GET /agents:facets</c>.</summary>
internal sealed class AgentCountEndpoints(IAgentFinder finder)
{
    public void Map(ApiRoutes routes)
    {
        routes.Get("/agents:count", CountAsync, AgentDocs.Operation("countAgents", "How many agents a query finds")
            .Filtered()
            .Query("q", "Words: agents whose cards have at least one of them.")
            .Answer(200, "The number.", "AgentCount")
            .Problems(400, 503));
        var facets = AgentDocs.Operation("getAgentFacets", "The values that the agents of a query have, with how many have each");
        routes.Get("/agents:facets", FacetsAsync, facets
            .Filtered()
            .Query("q", "Words: agents whose cards have at least one of them.")
            .Query("facet", $"The fields to count the values of: {string.Join(", ", AgentField.All.Select(field => field.Name))}.", repeats: true)
            .Query("limit", $"How many values of each, 1 to 1,000; {AgentFacets.UsualValues} unless given.", "integer")
            .Answer(200, "The fields by their names; the values that most agents have first.", "AgentFacets")
            .Problems(400, 503));
    }

    private static AgentQuery Query(QueryParameters parameters) =>
        AgentListEndpoints.Filters(parameters) with { Words = parameters.Text("q") };

    private async Task CountAsync(HttpContext context)
    {
        var count = await finder.CountAsync(context.GetCaller(), Query(new QueryParameters(context)), context.RequestAborted);
        RevisionHeader.Set(context.Response, count.Revision);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteNumber("count"u8, count.Count);
        answer.Json.WriteNumber("revision"u8, count.Revision);
        await answer.SendObjectAsync(context);
    }

    private async Task FacetsAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var fields = parameters.Texts("facet").Select(name => AgentField.Find(name) ?? throw RegistryException.Invalid(
            "facet", $"must be one of {string.Join(", ", AgentField.All.Select(field => field.Name))}, not '{name}'")).ToArray();
        var most = parameters.Integer("limit", 1, AgentFacets.MaxValues) ?? AgentFacets.UsualValues;
        var facets = await finder.GetFacetsAsync(context.GetCaller(), Query(parameters), fields, most, context.RequestAborted);
        RevisionHeader.Set(context.Response, facets.Revision);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteNumber("total"u8, facets.Total);
        json.WriteStartObject("facets"u8);
        foreach (var facet in facets.Facets)
        {
            json.WriteStartObject(facet.Field.Name);
            json.WriteStartArray("values"u8);
            foreach (var (value, count) in facet.Values)
            {
                json.WriteStartObject();
                json.WriteString("value"u8, value);
                json.WriteNumber("count"u8, count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("distinct"u8, facet.Distinct);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteNumber("revision"u8, facets.Revision);
        await answer.SendObjectAsync(context);
    }
}
