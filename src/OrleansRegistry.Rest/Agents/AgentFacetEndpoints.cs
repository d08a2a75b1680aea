using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents;

/// <summary>Figures: <c>GET /stats</c>, <c>GET /tags</c>, <c>GET /categories</c>.</summary>
internal sealed class AgentFacetEndpoints(IAgentRegistry registry)
{
    private const string Tag = "Figures";

    public void Map(ApiRoutes routes)
    {
        routes.Get("/stats", GetStatsAsync, new ApiOperation("getStats", Tag, "How many agents, tags, categories, skills and extensions there are")
            .WithRevision()
            .Answer(200, "The figures.", "Stats").Problems(400, 503));
        routes.Get("/tags", GetTagsAsync, new ApiOperation("getTags", Tag, "All tags with how many agents have them, most used first").WithRevision()
            .Answer(200, "The tags.", "Tags").Problems(400, 503));
        routes.Get("/categories", GetCategoriesAsync, new ApiOperation(
            "getCategories", Tag, "All categories with how many agents have them, most used first")
            .WithRevision()
            .Answer(200, "The categories.", "Categories").Problems(400, 503));
    }

    private async Task GetStatsAsync(HttpContext context)
    {
        var stats = await registry.GetStatsAsync(context.GetCaller(), context.RequestAborted);
        RevisionHeader.Set(context.Response, stats.Revision);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteNumber("total"u8, stats.Total);
        json.WriteNumber("enabled"u8, stats.Enabled);
        json.WriteNumber("disabled"u8, stats.Disabled);
        json.WriteNumber("tags"u8, stats.Tags);
        json.WriteNumber("categories"u8, stats.Categories);
        json.WriteNumber("skills"u8, stats.Skills);
        json.WriteNumber("extensions"u8, stats.Extensions);
        json.WriteNumber("healthy"u8, stats.Healthy);
        json.WriteNumber("unhealthy"u8, stats.Unhealthy);
        json.WriteNumber("expired"u8, stats.Expired);
        json.WriteNumber("embedding_lag"u8, stats.EmbeddingLag);
        json.WriteNumber("revision"u8, stats.Revision);
        await answer.SendObjectAsync(context);
    }

    private async Task GetTagsAsync(HttpContext context) =>
        await SendAsync(context, await registry.GetTagsAsync(context.GetCaller(), context.RequestAborted), "tags", "tag");

    private async Task GetCategoriesAsync(HttpContext context) =>
        await SendAsync(context, await registry.GetCategoriesAsync(context.GetCaller(), context.RequestAborted), "categories", "category");

    private static Task SendAsync(HttpContext context, IReadOnlyList<FacetCount> facets, string many, string one)
    {
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteStartArray(many);
        foreach (var facet in facets)
        {
            json.WriteStartObject();
            json.WriteString(one, facet.Value);
            json.WriteNumber("count"u8, facet.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("count"u8, facets.Count);
        return answer.SendObjectAsync(context);
    }
}
