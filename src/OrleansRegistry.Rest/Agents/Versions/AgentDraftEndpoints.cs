using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents.Versions;

/// <summary>The draft of an agent's card, beside the card that the agent has.</summary>
internal sealed class AgentDraftEndpoints(IAgentDrafts drafts, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names Publishing = new("force");

    public void Map(ApiRoutes routes)
    {
        routes.Put("/agents/{id}/draft", PutAsync, AgentDocs.Agent("putAgentDraft", "Write a draft of an agent's card")
            .Says("For the agent's owner. The agent keeps the card that it has, and is found by it, until the draft is published.")
            .Body("AgentCard")
            .Answer(200, "It is written.", "AgentDraft")
            .Problems(400, 403, 404, 409, 413, 415, 503, 507));
        routes.Get("/agents/{id}/draft", GetAsync, AgentDocs.Agent("getAgentDraft", "The draft of an agent's card")
            .Says("For the agent's owner.")
            .Answer(200, "The draft, with its card as it was sent.", "AgentDraft")
            .Problems(400, 403, 404, 503));
        routes.Delete("/agents/{id}/draft", RemoveAsync, AgentDocs.Agent("removeAgentDraft", "Remove the draft of an agent's card")
            .Says("For the agent's owner.")
            .Answer(200, "It is removed.", "AgentDraftRemoved")
            .Problems(400, 403, 404, 409, 503));
        routes.Post("/agents/{id}/draft:publish", PublishAsync, AgentDocs.Agent("publishAgentDraft", "Make the draft the agent's card")
            .Says("For the agent's owner: a registration with that card, under the same rules. Then there is no draft any more.")
            .Header("If-Match", "Only if the agent has this entity tag (its revision).")
            .Viewed()
            .Body("AgentDraftPublishing")
            .Idempotent()
            .Answer(200, "It is the agent's card.", "AgentWritten", isTagged: true)
            .Answer(202, "It waits for a review: review tells which.", "AgentWritten")
            .Problems(400, 403, 404, 409, 412, 413, 415, 503, 507));
    }

    private async Task PutAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var draft = await drafts.PutAsync(context.GetCaller(), id, body.Bytes, context.RequestAborted);
        body.Release();
        await SendAsync(context, draft);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        await SendAsync(context, await drafts.GetAsync(context.GetCaller(), id, context.RequestAborted));
    }

    private async Task RemoveAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        await drafts.RemoveAsync(context.GetCaller(), id, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteBoolean("success"u8, true);
        answer.Json.WriteString("agent_id"u8, id);
        await answer.SendObjectAsync(context);
    }

    private async Task PublishAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var condition = RevisionCondition.Read(context.Request);
        _ = AgentAnswers.ShowsRecord(context);
        var force = await ReadForceAsync(context);
        await AgentAnswers.SendWrittenAsync(
            context, await drafts.PublishAsync(context.GetCaller(), id, condition, force, context.RequestAborted));
    }

    /// <summary>The body may be left out.</summary>
    private async Task<bool> ReadForceAsync(HttpContext context)
    {
        if (context.Request.ContentLength is null or 0 && context.Request.ContentType is null)
        {
            return false;
        }

        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var force = new RequestMembers(body.Bytes, Publishing).Boolean("force") ?? false;
        body.Release();
        return force;
    }

    private static async Task SendAsync(HttpContext context, AgentDraft draft)
    {
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("agent_id"u8, draft.AgentId);
        json.WriteTime("written_at", draft.WrittenAt);
        json.WriteString("written_by"u8, draft.WrittenBy);
        AgentVersionJson.Write(json, draft.Breaks);
        json.WriteStartArray("warnings"u8);
        foreach (var warning in draft.Warnings)
        {
            json.WriteStartObject();
            json.WriteString("field"u8, warning.Field);
            json.WriteString("message"u8, warning.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        await answer.WriteDocumentAsync(context, "agent_card", draft.Card);
        await answer.SendObjectAsync(context);
    }
}
