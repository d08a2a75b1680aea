using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents.Versions;

/// <summary><c>PUT</c> and <c>DELETE /agents/{id}/labels/{label}</c>.</summary>
internal sealed class AgentLabelEndpoints(IAgentVersions versions, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names Target = new("number");

    public void Map(ApiRoutes routes)
    {
        routes.Put("/agents/{id}/labels/{label}", PutAsync, Label("labelAgentVersion", "Point a label to a version of an agent's card")
            .Says("For the agent's owner. The label may point elsewhere. The version is kept as long as a label points to it.")
            .Body("AgentLabel")
            .Answer(200, "It points there.", "AgentLabelled", isTagged: true)
            .Problems(400, 403, 404, 413, 415, 503, 507));
        routes.Delete("/agents/{id}/labels/{label}", RemoveAsync, Label("unlabelAgentVersion", "Remove a label")
            .Says("For the agent's owner.")
            .Answer(200, "It is removed.", "AgentLabelled", isTagged: true)
            .Problems(400, 403, 404, 503, 507));
    }

    private static ApiOperation Label(string operationId, string summary) => AgentDocs.Agent(operationId, summary)
        .Path("label", "1 to 64 letters, digits, '-', '_' or '.', but not latest.");

    private async Task PutAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var (id, label) = Names(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var members = new RequestMembers(body.Bytes, Target);
        var number = members.Number("number", 1) ?? throw members.Missing("number", "it must be the number of a version");
        body.Release();
        await SendAsync(context, await versions.LabelAsync(context.GetCaller(), id, label, number, context.RequestAborted));
    }

    private async Task RemoveAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var (id, label) = Names(context);
        await SendAsync(context, await versions.UnlabelAsync(context.GetCaller(), id, label, context.RequestAborted));
    }

    private static (string Id, string Label) Names(HttpContext context) =>
        (AgentPaths.AgentId(context, segmentsAfter: 2), RawPath.Id(context, "label", parameter: "label"));

    private static Task SendAsync(HttpContext context, AgentRecord agent)
    {
        AgentAnswers.SetHeaders(context, agent);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteBoolean("success"u8, true);
        json.WriteString("agent_id"u8, agent.Id);
        json.WriteStartObject("labels"u8);
        foreach (var label in agent.Labels)
        {
            json.WriteNumber(label.Name, label.Number);
        }

        json.WriteEndObject();
        json.WriteNumber("revision"u8, agent.Revision);
        return answer.SendObjectAsync(context);
    }
}
