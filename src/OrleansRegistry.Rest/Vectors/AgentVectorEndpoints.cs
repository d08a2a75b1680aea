using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;

namespace OrleansRegistry.Rest.Vectors;

/// <summary>The vectors of agents: <c>/agents/{id}/vectors</c>, and what there is of them, <c>GET /agents:vectors</c>.</summary>
internal sealed class AgentVectorEndpoints(IAgentVectors vectors, RegistryHttpOptions options)
{
    public void Map(ApiRoutes routes)
    {
        routes.Put("/agents/{id}/vectors", PutAsync, AgentDocs.Agent("putAgentVectors", "Give an agent vectors")
            .Says("For the agent's owner, in place of those that it was given before. Vectors of the model that the registry embeds with count in "
                + "searches by meaning in place of those that it made of the agent; others are found by a query's vector of the same model. They "
                + "stay when the card changes.")
            .Header("If-Match", "Write only if the agent has this entity tag (its revision).")
            .Body("AgentVectorUpdate")
            .Answer(200, "They are stored.", "AgentVectorsWritten", isTagged: true)
            .Problems(400, 403, 404, 409, 412, 413, 415, 503, 507));
        routes.Get("/agents/{id}/vectors", GetAsync, AgentDocs.Agent(
                "getAgentVectors", "The vectors that an agent was given, else those that the registry made of its card so far")
            .Answer(200, "The vectors.", "AgentVectors", isTagged: true)
            .Problems(400, 404, 503));
        routes.Delete("/agents/{id}/vectors", RemoveAsync, AgentDocs.Agent("removeAgentVectors", "Take away the vectors that an agent was given")
            .Says("For the agent's owner. Those that the registry makes count again. Where there are none, nothing is written.")
            .Header("If-Match", "Take them away only if the agent has this entity tag (its revision).")
            .Answer(200, "It has none any more.", "AgentVectorsRemoved", isTagged: true)
            .Problems(400, 403, 404, 412, 503, 507));
        routes.Get("/agents:vectors", GetStatsAsync, AgentDocs.Operation("getVectorStats", "How many vectors agents have, by model")
            .Answer(200, "As far as this node has read them.", "AgentVectorStats")
            .Problems(400, 503));
    }

    private async Task PutAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var condition = RevisionCondition.Read(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var update = AgentVectorJson.Read(body.Bytes, condition);
        body.Release();
        var agent = await vectors.PutAsync(context.GetCaller(), id, update, context.RequestAborted);
        SetHeaders(context, agent);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteBoolean("success"u8, true);
        json.WriteString("agent_id"u8, agent.Id);
        json.WriteString("model"u8, update.Model);
        json.WriteNumber("dimensions"u8, update.Vectors[0].Values.Length);
        json.WriteNumber("vector_count"u8, update.Vectors.Count);
        json.WriteNumber("revision"u8, agent.Revision);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var set = await vectors.GetAsync(context.GetReader(), id, context.RequestAborted);
        EntityTags.Set(context.Response, set.Revision);
        context.Response.ContentType = JsonContentType.Json;
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("agent_id"u8, set.AgentId);
        json.WriteBoolean("given"u8, set.IsGiven);
        json.WriteString("model"u8, set.Model);
        json.WriteNumber("dimensions"u8, set.Dimensions);
        json.WriteNumber("revision"u8, set.Revision);
        json.WriteTime("written_at", set.WrittenAt);

        json.WriteGiven("written_by", set.WrittenBy);

        json.WriteGiven("version_number", set.CardNumber);
        await AgentVectorJson.WriteAsync(answer, context, set);
        await answer.SendObjectAsync(context);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var agent = await vectors.RemoveAsync(context.GetCaller(), id, RevisionCondition.Read(context.Request), context.RequestAborted);
        SetHeaders(context, agent);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteBoolean("success"u8, true);
        answer.Json.WriteString("agent_id"u8, agent.Id);
        answer.Json.WriteNumber("revision"u8, agent.Revision);
        await answer.SendObjectAsync(context);
    }

    /// <summary>The tag that the vectors have: what is known of the agent beside them is not in it.</summary>
    private static void SetHeaders(HttpContext context, AgentRecord agent)
    {
        RevisionHeader.Set(context.Response, agent.Revision);
        EntityTags.Set(context.Response, agent.Revision);
    }

    private async Task GetStatsAsync(HttpContext context)
    {
        var stats = await vectors.GetStatsAsync(context.GetReader(), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteNumber("agents"u8, stats.Agents);
        json.WriteNumber("vectors"u8, stats.Vectors);
        json.WriteNumber("waiting"u8, stats.Waiting);
        json.WriteString("own_model"u8, stats.OwnModel);
        json.WriteStartArray("models"u8);
        foreach (var space in stats.Models)
        {
            json.WriteStartObject();
            json.WriteString("model"u8, space.Model);
            json.WriteNumber("dimensions"u8, space.Dimensions);
            json.WriteBoolean("given"u8, space.IsGiven);
            json.WriteNumber("agents"u8, space.Agents);
            json.WriteNumber("vectors"u8, space.Vectors);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        await answer.SendObjectAsync(context);
    }
}
