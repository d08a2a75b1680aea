using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents;

/// <summary>Registers, replaces and removes agents.</summary>
internal sealed class AgentWriteEndpoints(IAgentRegistry registry, RegistryHttpOptions options)
{
    private static readonly int[] WriteProblems = [400, 403, 409, 412, 413, 415, 501, 503, 507];

    public void Map(ApiRoutes routes)
    {
        routes.Post("/agents", RegisterAsync, AgentDocs.Operation("registerAgent", "Register an agent, or replace the one of that id")
            .Says("The body is {\"agent_card\": {…}}, {\"card_url\": \"https://…\"} for the registry to fetch the card, or the card alone. The "
                + "id is the card's name unless agent_id gives another. Who registers an agent first owns it. Departures from A2A are answered as "
                + "warnings.")
            .Conditional()
            .Viewed()
            .Body("AgentRegistration")
            .Idempotent()
            .Answer(200, "It is registered.", "AgentWritten", isTagged: true)
            .Answer(202, "It waits for a review: review tells which.", "AgentWritten")
            .Problems(WriteProblems));
        routes.Put("/agents/{id}", PutAsync, AgentDocs.Agent("putAgent", "Register or replace the agent of this id")
            .Conditional()
            .Viewed()
            .Body("AgentRegistration")
            .Idempotent()
            .Answer(200, "It is replaced.", "AgentWritten", isTagged: true)
            .Answer(201, "It is registered.", "AgentWritten", isTagged: true)
            .Answer(202, "It waits for a review: review tells which.", "AgentWritten")
            .Problems(WriteProblems));
        routes.Put("/agents/{id}/card", PutCardAsync, AgentDocs.Agent("putAgentCard", "Register or replace the agent of this id by its bare card")
            .Conditional()
            .Viewed()
            .Body("AgentCard")
            .Idempotent()
            .Answer(200, "It is replaced.", "AgentWritten", isTagged: true)
            .Answer(201, "It is registered.", "AgentWritten", isTagged: true)
            .Answer(202, "It waits for a review: review tells which.", "AgentWritten")
            .Problems(WriteProblems));
        routes.Delete("/agents/{id}", RemoveAsync, AgentDocs.Agent("removeAgent", "Remove an agent")
            .Header("If-Match", "Remove only if the agent has this entity tag (its revision).")
            .Idempotent()
            .Answer(200, "It is removed.", "AgentRemoved")
            .Problems(400, 403, 404, 412, 503, 507));
    }

    private async Task RegisterAsync(HttpContext context)
    {
        var condition = RevisionCondition.Read(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var registration = AgentEnvelope.Read(body.Bytes, "body").ToRegistration() with { Condition = condition };
        var written = await registry.RegisterAsync(context.GetCaller(), registration, context.RequestAborted);
        body.Release();
        await AgentAnswers.SendWrittenAsync(context, written);
    }

    private async Task PutAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context);
        var condition = RevisionCondition.Read(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var entry = AgentEnvelope.Read(body.Bytes, "body");
        if (entry.Id is not null && entry.Id != id)
        {
            throw RegistryException.Invalid("agent_id", "must be the id of the path, or left out");
        }

        await PutAsync(context, body, entry.ToRegistration(id) with { Condition = condition });
    }

    private async Task PutCardAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var condition = RevisionCondition.Read(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        await PutAsync(context, body, new AgentRegistration(body.Bytes, id, Condition: condition));
    }

    private async Task PutAsync(HttpContext context, RequestBody body, AgentRegistration registration)
    {
        var written = await registry.RegisterAsync(context.GetCaller(), registration, context.RequestAborted);
        body.Release();
        await AgentAnswers.SendWrittenAsync(context, written, isPut: true);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context);
        var removal = await registry.RemoveAsync(context.GetCaller(), id, RevisionCondition.Read(context.Request), context.RequestAborted);
        RevisionHeader.Set(context.Response, removal.Revision);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteBoolean("success"u8, true);
        json.WriteString("message"u8, AgentAnswers.Unregistered);

        // A boolean for clients of the older registry; the number is a member of its own.
        json.WriteBoolean("extensions_cleaned"u8, true);
        json.WriteNumber("extensions_removed"u8, removal.ExtensionsCleaned);
        json.WriteNumber("revision"u8, removal.Revision);
        await answer.SendObjectAsync(context);
    }
}
