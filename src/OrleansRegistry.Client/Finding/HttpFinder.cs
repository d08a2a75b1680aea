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
                ("limit", most.ToString(CultureInfo.InvariantCulture)),
            ]);
        using var answer = await agents.ReadAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(json => new AgentFacets(
            (int)json.Number("total"),
            [.. fields.Select(field => Facet(field, json.GetProperty("facets").GetProperty(field.Name)))],
            json.Number("revision")));
    }

    private static IEnumerable<(string Name, string? Value)> Of(AgentQuery? query) => query is null
        ? []
        : [("query", query.Text), ("q", query.Words), .. AgentFilterRequests.Of(query)];

    private static AgentFacet Facet(AgentField field, JsonElement facet) => new(
        field,
        [.. facet.Entries("values").Select(value => new FacetCount(value.Required("value"), (int)value.Number("count")))],
        (int)facet.Number("distinct"));
}
