using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents;

/// <summary><c>GET /agents</c> and <c>POST /agents/search</c>.</summary>
internal sealed class AgentListEndpoints(IAgentRegistry registry, RegistryHttpOptions options)
{
    public void Map(ApiRoutes routes)
    {
        routes.Get("/agents", ListAsync, AgentDocs.Operation("listAgents", "Agents in the order of their ids, or with q the best first")
            .Filtered()
            .Query("q", "Words of what is looked for. Agents whose cards have some of them, in any field, are ranked by them; the last word may be "
                + "unfinished, and one that no card has may have a typo.")
            .Query("search", $"What q is ranked by: {AgentSearchModes.AllNames}. Unless given hybrid, where the registry knows what texts mean, else "
                + "text.")
            .Query(
                "threshold", "With search=vector, how near a vector of an agent must be to count: a cosine from -1 to 1, 0.5 unless given.", "number")
            .Query("sort", $"{AgentSort.AllNames}; with - before it the largest or newest first. By id unless given, and with q by relevance.")
            .Query("page_size", "The most agents to answer with, 1 to 1,000. Without it, all of them; with q, the best 20.", "integer")
            .Query("page_token", "The next_page_token of the page before.")
            .Query("view", "card: the cards alone, the default; record: each with its id, state, revision and times.")
            .Answer(
                200,
                "The agents; with q also matches. next_page_token is there when page_size or q was given, and null on the last page.",
                "AgentList")
            .Problems(400, 503));
        routes.Post("/agents/search", SearchAsync, AgentDocs.Operation("searchAgents", "Search agents by a keyword, words, a vector and filters")
            .Body("AgentSearch")
            .Answer(200, "The agents found.", "AgentSearchResult")
            .Problems(400, 413, 415, 503));
    }

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var query = Filters(parameters) with
        {
            Words = parameters.Text("q"),
            Search = AgentSearch.Mode(parameters.Text("search")),
            Threshold = parameters.Fraction("threshold"),
            Sort = parameters.Text("sort") is { } sort ? AgentSort.Parse(sort) : null,
            PageSize = parameters.PageSize(PageLimit.Agents),
            PageToken = parameters.Text("page_token"),
        };
        var records = parameters.IsSecond("view", "card", "record");
        await SendAsync(context, query, records, search: null);
    }

    /// <summary>What <see cref="AgentDocs.Filtered"/> describes.</summary>
    internal static AgentQuery Filters(QueryParameters parameters) =>
        AgentFilterMembers.Read(parameters, new AgentQuery { Text = parameters.Text("query") });

    private async Task SearchAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var search = AgentSearch.Read(body.Bytes);
        body.Release();
        await SendAsync(context, search.Query, search.Records, search.Query.Text);
    }

    private async Task SendAsync(HttpContext context, AgentQuery query, bool records, string? search)
    {
        var page = await registry.ListAsync(context.GetCaller(), query, context.RequestAborted);
        RevisionHeader.Set(context.Response, page.Revision);
        if (page.Search is { } by)
        {
            context.Response.Headers["X-Registry-Embedding-Lag"] = by.Waiting.ToString(CultureInfo.InvariantCulture);
        }

        context.Response.ContentType = JsonContentType.Json;
        await context.Response.StartAsync(context.RequestAborted);
        await new AgentListWriter(context).WriteAsync(page, records, isPaged: query.PageSize is not null || page.Matches is not null, search);
    }
}
