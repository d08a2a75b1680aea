using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents;

/// <summary><c>GET /agents/{id}</c> and <c>GET /agents/{id}/card</c>.</summary>
internal sealed class AgentReadEndpoints(IAgentRegistry registry)
{
    public void Map(ApiRoutes routes)
    {
        routes.Get("/agents/{id}", GetAgentAsync, AgentDocs.Agent("getAgent", "One agent, with its card as it was registered")
            .Query("consistency", "local: from this node's memory, the default; strong: as stored, whichever process wrote last.")
            .Header("If-None-Match", "The entity tag of what the client has: 304 if it still is so.")
            .Answer(200, "The agent.", "Agent", isTagged: true)
            .Answer(304, "The client has it already.", isTagged: true)
            .Problems(400, 404, 503));
        routes.Get("/agents/{id}/card", GetCardAsync, AgentDocs.Agent("getAgentCard", "An agent's card alone, byte for byte as it was registered")
            .Query("consistency", "local: from this node's memory, the default; strong: as stored, whichever process wrote last.")
            .Header("If-None-Match", "The entity tag of what the client has: 304 if it still is so.")
            .Answer(200, "The card.", "AgentCard", isTagged: true)
            .Answer(304, "The client has it already.", isTagged: true)
            .Problems(400, 404, 503));
    }

    private async Task GetAgentAsync(HttpContext context)
    {
        if (await FindAsync(context, segmentsAfter: 0, AgentTag.Of) is not { } agent)
        {
            return;
        }

        var response = context.Response;
        response.ContentType = JsonContentType.Json;
        response.ContentLength = AgentJson.Measure(agent);

        // Started first, the body goes straight into the connection's buffer; the server sends it as the request ends.
        await response.StartAsync();
        AgentJson.WriteRecord(response.BodyWriter, agent);
    }

    private async Task GetCardAsync(HttpContext context)
    {
        if (await FindAsync(context, segmentsAfter: 1, TagOfCard) is not { } agent)
        {
            return;
        }

        var response = context.Response;
        response.ContentType = JsonContentType.Json;
        response.ContentLength = agent.Card.Length;
        await response.StartAsync();
        response.BodyWriter.Write(agent.Card.Span);
    }

    /// <summary>What is known of an agent beside its record is not in its card.</summary>
    private static string TagOfCard(AgentRecord agent) => EntityTags.Format(agent.Revision);

    /// <summary>The agent that the path names, or null where the client has been answered that it has it already.</summary>
    private async ValueTask<AgentRecord?> FindAsync(HttpContext context, int segmentsAfter, Func<AgentRecord, string> tagOf)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter);
        var consistency = ReadConsistency.Local;
        if (context.Request.QueryString.HasValue
            && new QueryParameters(context).IsSecond("consistency", "local", "strong"))
        {
            consistency = ReadConsistency.Strong;
        }

        var agent = await registry.GetAsync(context.GetCaller(), id, consistency, context.RequestAborted) ?? throw AgentPaths.NotFound();
        if (consistency == ReadConsistency.Strong)
        {
            RevisionHeader.Set(context.Response, Math.Max(agent.Revision, registry.Revision));
        }

        var tag = tagOf(agent);
        context.Response.Headers.ETag = tag;
        if (!EntityTags.IsNotModified(context.Request, tag))
        {
            return agent;
        }

        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return null;
    }
}
