using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The public agents of a registry over HTTP.</summary>
internal sealed class HttpPublicAgents(RegistryHttp http) : IPublicAgents
{
    private const string Collection = "public/agents";

    public async ValueTask<PublicAgentPage> ListAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new AgentQuery();
        var ranks = !string.IsNullOrEmpty(query.Words) ? "q" : query.Vector is not null ? "vector" : query.Sort is not null ? "sort" : null;
        if (ranks is not null)
        {
            throw RegistryException.Invalid(ranks, "ranks agents within a tenant; public agents are filtered, and found by a substring with query");
        }

        var path = ApiPath.With(
            Collection,
            [
                ("query", query.Text),
                ("page_size", query.PageSize?.ToString(CultureInfo.InvariantCulture)),
                ("page_token", query.PageToken),
                .. AgentFilterRequests.Of(query),
            ]);
        using var answer = await http.CallAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new PublicAgentPage([.. page.Entries("agents").Select(Read)], page.Text("next_page_token")));
    }

    public async ValueTask<PublicAgent?> GetAsync(Caller caller, string tenant, string id, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckTenant(tenant);
        Identifiers.CheckId(id);
        try
        {
            using var answer = await http.CallAsync(http.Read(caller, ApiPath.Of($"{Collection}/{tenant}", id)), cancellationToken);
            return answer.Read(Read);
        }
        catch (RegistryException fault) when (fault.Error == RegistryError.NotFound && fault.Field == "agent_id")
        {
            return null;
        }
    }

    private static PublicAgent Read(JsonElement agent) => new(
        agent.Required("tenant"),
        agent.Required("agent_id"),
        JsonInput.Copy(agent.GetProperty("agent_card")),
        agent.Flag("enabled"),
        AgentLifeCycles.TryParse(agent.Text("lifecycle")) ?? AgentLifeCycle.Active,
        agent.Time("updated_at"));
}
