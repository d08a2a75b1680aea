using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Finds agents of a registry over HTTP.</summary>
internal sealed class HttpFinder(RegistryHttp http, HttpAgents agents) : IAgentFinder
{
    public async ValueTask<AgentCount> CountAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default)
    {
        using var answer = await agents.ReadAsync(http.Read(caller, ApiPath.With("agents:count", Of(query))), cancellationToken);
        return answer.Read(json => new AgentCount((int)json.Number("count"), json.Number("revision")));
    }

    public async ValueTask<AgentFacets> GetFacetsAsync(
        Caller caller,
        AgentQuery? query,
        IReadOnlyList<AgentField> fields,
        int most = AgentFacets.UsualValues,
        CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(
            "agents:facets",
            [
                .. Of(query), .. fields.Select(field => ("facet", (string?)field.Name)),
                ("limit", Text(most)),
            ]);
        using var answer = await agents.ReadAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(json => new AgentFacets(
            (int)json.Number("total"),
            [.. fields.Select(field => Facet(field, json.GetProperty("facets").GetProperty(field.Name)))],
            json.Number("revision")));
    }

    public async ValueTask<AgentLookup> GetManyAsync(
        Caller caller, IReadOnlyList<string> ids, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json => json.WriteGiven("agent_ids", ids));
        using var answer = await agents.ReadAsync(http.Write(caller, HttpMethod.Post, "agents:get", body, keyed: false), cancellationToken);
        return answer.Read(json => new AgentLookup(
            Records(json, caller), json.Strings("missing"), json.Strings("unreadable"), HttpAgents.RevisionOf(answer)));
    }

    public async ValueTask<AgentsFound> LookUpAsync(
        Caller caller, string url, int most = AgentsFound.Usual, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With("agents:lookup", ("url", url), ("limit", Text(most)));
        using var answer = await agents.ReadAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(json => new AgentsFound(Records(json, caller), (int)json.Number("total"), HttpAgents.RevisionOf(answer)));
    }

    public async ValueTask<SimilarAgents> GetSimilarAsync(
        Caller caller, string id, AgentQuery? query = null, int most = SimilarAgents.Usual, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckId(id);
        var path = ApiPath.With(ApiPath.Of("agents", id, "/similar"), [.. Of(query), ("limit", Text(most))]);
        using var answer = await agents.ReadAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(json => new SimilarAgents(
            [
                .. json.Entries("agents").Select(similar => new SimilarAgent(
                    AgentAnswers.Read(similar.GetProperty("agent"), agents.TenantOf(caller)),
                    similar.GetProperty("score").GetDouble(),
                    similar.Strings("skills"),
                    similar.Strings("tags"))
                {
                    Meaning = similar.Find("meaning")?.GetDouble(),
                }),
            ],
            HttpAgents.RevisionOf(answer)));
    }

    public async ValueTask<AgentCandidates> MatchAsync(Caller caller, AgentJob job, CancellationToken cancellationToken = default)
    {
        var body = JobMessages.Of(job);
        using var answer = await agents.ReadAsync(http.Write(caller, HttpMethod.Post, "agents:match", body, keyed: false), cancellationToken);
        return answer.Read(json => new AgentCandidates(
            [.. json.Entries("agents").Select(candidate => JobMessages.Read(candidate, agents.TenantOf(caller)))],
            (int)json.Number("found"),
            HttpAgents.RevisionOf(answer)));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private AgentRecord[] Records(JsonElement json, Caller caller) =>
        [.. json.Entries("agents").Select(agent => AgentAnswers.Read(agent, agents.TenantOf(caller)))];

    private static IEnumerable<(string Name, string? Value)> Of(AgentQuery? query) => query is null
        ? []
        : query.Vector is not null ? throw HttpAgents.OnlyLists()
        : [("query", query.Text), ("q", query.Words), .. AgentFilterRequests.Of(query)];

    private static AgentFacet Facet(AgentField field, JsonElement facet) => new(
        field,
        [.. facet.Entries("values").Select(value => new FacetCount(value.Required("value"), (int)value.Number("count")))],
        (int)facet.Number("distinct"));
}
