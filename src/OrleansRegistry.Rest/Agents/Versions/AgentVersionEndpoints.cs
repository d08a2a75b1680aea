using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents.Versions;

/// <summary>The cards that an agent had: listed, read, compared, and taken back to.</summary>
internal sealed class AgentVersionEndpoints(IAgentVersions versions, RegistryHttpOptions options)
{
    private const string Names = "@ and its number, a label, the card's own version (the newest of it), or latest";

    private static readonly RequestMembers.Names Rollback = new("to", "force");

    public void Map(ApiRoutes routes)
    {
        routes.Get("/agents/{id}/versions", ListAsync, AgentDocs.Agent("listAgentVersions", "The versions of an agent's card, newest first")
            .Says("Each card that differs from the one before is a version. The card that the agent has comes first.")
            .Paged(PageLimit.Versions)
            .Answer(200, "A page of versions, without their cards.", "AgentVersionList")
            .Problems(400, 404, 503));
        routes.Get("/agents/{id}/versions/{version}", GetAsync, AgentDocs.Agent("getAgentVersion", "One version of an agent's card")
            .Path("version", $"Which: {Names}.")
            .Answer(200, "The version, with its card as it was sent.", "AgentVersion")
            .Problems(400, 404, 503));
        routes.Get("/agents/{id}/versions:diff", DiffAsync, AgentDocs.Agent("diffAgentVersions", "How two versions of an agent's card differ")
            .Query("from", $"The first: {Names}.")
            .Query("to", "The second; latest unless given.")
            .Answer(200, "The differences: paths point into the second card, and of what was removed into the first.", "AgentDiff")
            .Problems(400, 404, 503));
        routes.Post("/agents/{id}:rollback", RollBackAsync, AgentDocs.Agent("rollBackAgent", "Give an agent the card of an earlier version again")
            .Says("As a new version: a registration with that card, under the same rules.")
            .Header("If-Match", "Only if the agent has this entity tag (its revision).")
            .Viewed()
            .Body("AgentRollback")
            .Idempotent()
            .Answer(200, "It has that card.", "AgentWritten", isTagged: true)
            .Answer(202, "It waits for a review: review tells which.", "AgentWritten")
            .Problems(400, 403, 404, 409, 412, 413, 415, 503, 507));
    }

    private async Task ListAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Versions);
        var page = await versions.ListAsync(context.GetCaller(), id, size, parameters.Text("page_token"), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("agent_id"u8, id);
        json.WriteStartArray("versions"u8);
        foreach (var version in page.Versions)
        {
            json.WriteStartObject();
            AgentVersionJson.Write(json, version);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePageEnd(page.NextPageToken, size ?? PageLimit.Versions.Usual, total: null);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 2);
        var name = RawPath.Id(context, "version", parameter: "version");
        var found = await versions.GetAsync(context.GetCaller(), id, name, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteString("agent_id"u8, id);
        AgentVersionJson.Write(answer.Json, found.Info);
        await answer.WriteDocumentAsync(context, "agent_card", found.Card);
        await answer.SendObjectAsync(context);
    }

    private async Task DiffAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var parameters = new QueryParameters(context);
        var from = parameters.Text("from") ?? throw RegistryException.Invalid("from", $"is missing; it must be {Names}");
        var diff = await versions.DiffAsync(
            context.GetCaller(), id, from, parameters.Text("to") ?? AgentLabel.Latest, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("agent_id"u8, id);
        json.WriteStartObject("from"u8);
        AgentVersionJson.Write(json, diff.From);
        json.WriteEndObject();
        json.WriteStartObject("to"u8);
        AgentVersionJson.Write(json, diff.To);
        json.WriteEndObject();
        json.WriteStartArray("changes"u8);
        foreach (var change in diff.Changes)
        {
            AgentVersionJson.Write(json, change);
        }

        json.WriteEndArray();
        AgentVersionJson.Write(json, diff.Breaks);
        await answer.SendObjectAsync(context);
    }

    private async Task RollBackAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, suffix: ":rollback");
        var condition = RevisionCondition.Read(context.Request);
        _ = AgentAnswers.ShowsRecord(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var members = new RequestMembers(body.Bytes, Rollback);
        var to = members.Text("to") ?? throw members.Missing("to", $"it must be {Names}");
        var force = members.Boolean("force") ?? false;
        body.Release();
        var written = await versions.RollBackAsync(context.GetCaller(), id, to, condition, force, context.RequestAborted);
        await AgentAnswers.SendWrittenAsync(context, written);
    }
}
