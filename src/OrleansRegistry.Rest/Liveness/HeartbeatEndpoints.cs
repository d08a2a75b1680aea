using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;

namespace OrleansRegistry.Rest.Liveness;

/// <summary>Beats of agents: <c>POST /agents/{id}:heartbeat</c>, <c>POST /agents:heartbeat</c>; and their leases, <c>GET /agents/{id}/lease</c>.</summary>
internal sealed class HeartbeatEndpoints(IAgentLiveness liveness, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names Names = new("agent_ids");

    public void Map(ApiRoutes routes)
    {
        routes.Post("/agents/{id}:heartbeat", BeatAsync, AgentDocs.Agent("beatAgent", "Say that an agent with a lease is alive")
            .Says("For its owner and its workers. An agent that was not healthy is so again. 404 also where it was ephemeral and has expired: "
                + "register it again.")
            .Answer(200, "The lease begins anew.", "Heartbeat")
            .Problems(400, 403, 404, 503, 507));
        routes.Post("/agents:heartbeat", BeatManyAsync, AgentDocs.Operation("beatAgents", "Say that many agents are alive")
            .Says($"Up to {IAgentLiveness.MostAtOnce} agents; each has a result of its own, and one that is refused spoils no other.")
            .Body("Heartbeats")
            .Answer(200, "What became of each beat, in their order.", "HeartbeatResults")
            .Problems(400, 413, 415, 503));
        routes.Get("/agents/{id}/lease", GetLeaseAsync, AgentDocs.Agent("getAgentLease", "An agent's lease as it is now, with its last beat")
            .Answer(200, "The lease.", "Lease")
            .Problems(400, 404, 503));
    }

    private async Task BeatAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var id = AgentPaths.AgentId(context, suffix: ":heartbeat");
        var beat = await liveness.HeartbeatAsync(context.GetCaller(), id, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteBoolean("success"u8, true);
        Write(answer.Json, beat);
        await answer.SendObjectAsync(context);
    }

    private async Task BeatManyAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var members = new RequestMembers(body.Bytes, Names);
        var ids = members.Texts("agent_ids") ?? throw members.Missing("agent_ids", "the body must be {\"agent_ids\": [\"…\"]}");
        body.Release();
        var results = await liveness.HeartbeatManyAsync(context.GetCaller(), ids, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        var failed = results.Count(result => result.Refused is not null);
        json.WriteNumber("success"u8, results.Count - failed);
        json.WriteNumber("failed"u8, failed);
        json.WriteStartArray("results"u8);
        foreach (var (i, result) in results.Index())
        {
            json.WriteStartObject();
            json.WriteBoolean("success"u8, result.Refused is null);
            if (result.Beat is { } beat)
            {
                Write(json, beat);
            }
            else
            {
                json.WriteString("agent_id"u8, ids[i]);
                json.WriteNumber("status"u8, ProblemStatus.Of(result.Refused!.Error));
                json.WriteString("code"u8, RegistryErrorCode.Of(result.Refused.Error));
                json.WriteString("field"u8, result.Refused.Field);
                json.WriteString("error"u8, result.Refused.Message);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        await answer.SendObjectAsync(context);
    }

    private async Task GetLeaseAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var status = await liveness.GetLeaseAsync(context.GetCaller(), id, context.RequestAborted)
            ?? throw new RegistryException(RegistryError.NotFound, $"Agent '{id}' has no lease.", "ttl");
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("agent_id"u8, id);
        json.WriteString("health"u8, status.Lease.Health.ToName());
        LeaseJson.WriteStored(json, status.Lease);
        if (status.LastBeat is { } beat)
        {
            json.WriteTime("last_beat", beat);
        }

        if (status.ExpiresAt is { } end)
        {
            json.WriteTime("expires_at", end);
        }

        await answer.SendObjectAsync(context);
    }

    private static void Write(Utf8JsonWriter json, AgentBeat beat)
    {
        json.WriteString("agent_id"u8, beat.AgentId);
        json.WriteString("health"u8, beat.Health.ToName());
        json.WriteNumber("ttl"u8, (long)beat.Ttl.TotalSeconds);
        json.WriteNumber("beat_seconds"u8, Math.Max(1, (long)beat.BeatEvery.TotalSeconds));
        json.WriteTime("expires_at", beat.ExpiresAt);
    }
}
