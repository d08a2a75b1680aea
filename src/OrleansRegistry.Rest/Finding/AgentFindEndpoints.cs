using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;

namespace OrleansRegistry.Rest.Finding;

/// <summary><c>POST /agents:get</c>, <c>GET /agents:lookup</c> and <c>GET /agents/{id}/similar</c>.</summary>
internal sealed class AgentFindEndpoints(IAgentFinder finder, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names Names = new("agent_ids");

    public void Map(ApiRoutes routes)
    {
        routes.Post("/agents:get", GetManyAsync, AgentDocs.Operation("getAgents", "Agents by their ids")
            .Body("AgentIds")
            .Answer(200, "Those that there are, in the order of the ids.", "AgentsGot")
            .Problems(400, 413, 415, 503));
        routes.Get("/agents:lookup", LookUpAsync, AgentDocs.Operation("lookUpAgents", "The agents that a URL leads to")
            .Says("An interface of the agent's card has the URL, or its card was fetched from it. Case of the host, a default port and a last slash "
                + "make no difference. For all agents of a host, filter lists by host.")
            .Query("url", "The URL, or host:port.")
            .Query("limit", "How many agents, 1 to 1,000; 100 unless given.", "integer")
            .Answer(200, "The agents, by their ids.", "AgentsFound")
            .Problems(400, 503));
        routes.Get("/agents/{id}/similar", SimilarAsync, AgentDocs.Agent("similarAgents", "Agents that are like another one")
            .Says("By the skills, the tags and the words that the cards have in common.")
            .Filtered()
            .Query("limit", "How many agents, 1 to 100; 10 unless given.", "integer")
            .Answer(200, "The most alike first.", "SimilarAgents")
            .Problems(400, 404, 503));
    }

    private async Task GetManyAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var members = new RequestMembers(body.Bytes, Names);
        var ids = members.Texts("agent_ids") ?? throw members.Missing("agent_ids", "it must be an array of ids");
        body.Release();
        var found = await finder.GetManyAsync(context.GetReader(), ids, context.RequestAborted);
        var answer = await StartAsync(context, found.Agents, found.Revision);
        Write(answer, "missing", found.Missing);
        Write(answer, "unreadable", found.Unreadable);
        await answer.SendObjectAsync(context);
    }

    private async Task LookUpAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var url = parameters.Text("url") ?? throw RegistryException.Invalid("url", "is missing: say what is looked for");
        var most = parameters.Integer("limit", 1, AgentsFound.Max) ?? AgentsFound.Usual;
        var found = await finder.LookUpAsync(context.GetReader(), url, most, context.RequestAborted);
        var answer = await StartAsync(context, found.Agents, found.Revision);
        answer.Json.WriteNumber("total"u8, found.Total);
        await answer.SendObjectAsync(context);
    }

    private async Task SimilarAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var parameters = new QueryParameters(context);
        var most = parameters.Integer("limit", 1, SimilarAgents.Max) ?? SimilarAgents.Usual;
        var found = await finder.GetSimilarAsync(context.GetReader(), id, AgentListEndpoints.Filters(parameters), most, context.RequestAborted);
        RevisionHeader.Set(context.Response, found.Revision);
        context.Response.ContentType = JsonContentType.Json;
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("agents"u8);
        foreach (var similar in found.Agents)
        {
            answer.Json.WriteStartObject();
            answer.Json.WritePropertyName("agent"u8);
            AgentAnswers.WriteRecord(answer.Json, similar.Agent);
            answer.Json.WriteNumber("score"u8, Math.Round(similar.Score, 4));
            Write(answer, "skills", similar.Skills);
            Write(answer, "tags", similar.Tags);
            if (similar.Meaning is { } meaning)
            {
                answer.Json.WriteNumber("meaning"u8, Math.Round(meaning, 4));
            }

            answer.Json.WriteEndObject();
            await answer.DrainAsync(context);
        }

        answer.Json.WriteEndArray();
        await answer.SendObjectAsync(context);
    }

    /// <summary>An answer that begins with these agents; those of which there are many go out while they are written.</summary>
    private static async Task<JsonAnswer> StartAsync(HttpContext context, IReadOnlyList<AgentRecord> agents, long revision)
    {
        RevisionHeader.Set(context.Response, revision);
        context.Response.ContentType = JsonContentType.Json;
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("agents"u8);
        foreach (var agent in agents)
        {
            AgentAnswers.WriteRecord(answer.Json, agent);
            await answer.DrainAsync(context);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteNumber("count"u8, agents.Count);
        return answer;
    }

    private static void Write(JsonAnswer answer, string name, IReadOnlyList<string> texts)
    {
        answer.Json.WriteStartArray(name);
        foreach (var text in texts)
        {
            answer.Json.WriteStringValue(text);
        }

        answer.Json.WriteEndArray();
    }
}
