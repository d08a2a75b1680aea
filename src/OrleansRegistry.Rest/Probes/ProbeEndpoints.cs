using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;

namespace OrleansRegistry.Rest.Probes;

/// <summary>Looks at the cards that agents publish: <c>POST /agents/{id}:probe</c>; and what is known of that, <c>GET /agents/{id}/probe</c>.</summary>
internal sealed class ProbeEndpoints(IAgentProbes probes)
{
    public void Map(ApiRoutes routes)
    {
        routes.Post("/agents/{id}:probe", ProbeAsync, AgentDocs.Agent("probeAgent", "Look now whether an agent's card can be had, and has drifted")
            .Says("For its owner. The agent keeps the card that it has. What is found is written where the agent is probed by itself, and it is "
                + "another outcome than before.")
            .Answer(200, "What was found.", "Probe")
            .Problems(400, 403, 404, 501, 503, 507));
        routes.Get("/agents/{id}/probe", GetAsync, AgentDocs.Agent("getAgentProbe", "What is known of an agent's probes")
            .Answer(200, "What was found last, and when.", "Probe")
            .Problems(400, 404, 503));
    }

    private async Task ProbeAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var id = AgentPaths.AgentId(context, suffix: ":probe");
        await SendAsync(context, await probes.ProbeAsync(context.GetCaller(), id, context.RequestAborted));
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        await SendAsync(context, await probes.GetProbeAsync(context.GetCaller(), id, context.RequestAborted));
    }

    private static async Task SendAsync(HttpContext context, AgentProbeStatus status)
    {
        var answer = JsonAnswer.RentObject();
        ProbeJson.Write(answer.Json, status);
        await answer.SendObjectAsync(context);
    }
}
