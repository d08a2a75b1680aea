using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;
using OrleansRegistry.Rest.Instances;

namespace OrleansRegistry.Rest.Liveness;

/// <summary>
/// Beats: <c>POST /agents/{id}:heartbeat</c>, <c>POST /agents/{id}/instances/{name}:heartbeat</c>, <c>POST /agents:heartbeat</c>; and leases,
/// <c>GET /agents/{id}/lease</c>, <c>GET /agents/{id}/instances/{name}/lease</c>.
/// </summary>
internal sealed class HeartbeatEndpoints(IAgentLiveness liveness, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names Names = new("agent_ids", "instances");

    private static readonly RequestMembers.Names InstanceNames = new("agent_id", "instance");

    public void Map(ApiRoutes routes)
    {
        routes.Post("/agents/{id}:heartbeat", BeatAsync, AgentDocs.Agent("beatAgent", "Say that an agent with a lease is alive")
            .Says("For its owner and its workers. An agent that was not healthy is so again. 404 also where it was ephemeral and has expired: "
                + "register it again.")
            .Answer(200, "The lease begins anew.", "Heartbeat")
            .Problems(400, 403, 404, 503, 507));
        routes.Post("/agents:heartbeat", BeatManyAsync, AgentDocs.Operation("beatAgents", "Say that many agents are alive")
            .Says($"Up to {IAgentLiveness.MostAtOnce} agents and instances; each has a result of its own, and one that is refused spoils no other.")
            .Body("Heartbeats")
            .Answer(200, "What became of each beat, in their order: agents first.", "HeartbeatResults")
            .Problems(400, 413, 415, 503));
        routes.Get("/agents/{id}/lease", GetLeaseAsync, AgentDocs.Agent("getAgentLease", "An agent's lease as it is now, with its last beat")
            .Answer(200, "The lease.", "Lease")
            .Problems(400, 404, 503));
        routes.Post("/agents/{id}/instances/{name}:heartbeat", BeatInstanceAsync, InstanceDocs
            .Instance("beatInstance", "Say that an instance with a lease is alive")
            .Says("For the agent's owner and its workers. One that was not healthy is so again. 404 also where it was ephemeral and has expired: "
                + "register it again.")
            .Answer(200, "The lease begins anew.", "Heartbeat")
            .Problems(400, 403, 404, 503, 507));
        routes.Get("/agents/{id}/instances/{name}/lease", GetInstanceLeaseAsync, InstanceDocs
            .Instance("getInstanceLease", "An instance's lease as it is now, with its last beat")
            .Answer(200, "The lease.", "Lease")
            .Problems(400, 404, 503));
    }

    private Task BeatAsync(HttpContext context) => BeatAsync(context, AgentPaths.AgentId(context, suffix: ":heartbeat"));

    private Task BeatInstanceAsync(HttpContext context) => BeatAsync(context, InstancePaths.Holder(context, suffix: ":heartbeat"));

    private async Task BeatAsync(HttpContext context, LeaseHolder holder)
    {
        GenerationCondition.Refuse(context.Request);
        var beat = await liveness.HeartbeatAsync(context.GetCaller(), holder, context.RequestAborted);
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
        if (!members.Has("agent_ids") && !members.Has("instances"))
        {
            throw members.Missing("agent_ids", "the body must be {\"agent_ids\": [\"…\"]}");
        }

        List<LeaseHolder> holders = [.. (members.Texts("agent_ids") ?? []).Select(LeaseHolder.FromString), .. ReadInstances(members)];
        body.Release();
        var results = await liveness.HeartbeatManyAsync(context.GetCaller(), holders, context.RequestAborted);
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
                WriteHolder(json, holders[i]);
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

    private static IEnumerable<LeaseHolder> ReadInstances(RequestMembers members)
    {
        foreach (var (i, entry) in members.Entries("instances", IAgentLiveness.MostAtOnce + 1).Index())
        {
            var of = new RequestMembers(entry, InstanceNames, $"instances[{i}]", $"instances[{i}].");
            yield return new LeaseHolder(
                of.Text("agent_id") ?? throw of.Missing("agent_id", "it names the agent"),
                of.Text("instance") ?? throw of.Missing("instance", "it names the instance"));
        }
    }

    private Task GetLeaseAsync(HttpContext context) => GetLeaseAsync(context, AgentPaths.AgentId(context, segmentsAfter: 1));

    private Task GetInstanceLeaseAsync(HttpContext context) => GetLeaseAsync(context, InstancePaths.Holder(context, segmentsAfter: 1));

    private async Task GetLeaseAsync(HttpContext context, LeaseHolder holder)
    {
        var status = await liveness.GetLeaseAsync(context.GetCaller(), holder, context.RequestAborted)
            ?? throw new RegistryException(
                RegistryError.NotFound,
                holder.Instance is null
                    ? $"Agent '{holder.AgentId}' has no lease."
                    : $"Instance '{holder.Instance}' of agent '{holder.AgentId}' has no lease.",
                "ttl");
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        WriteHolder(json, holder);
        LeaseJson.WriteStored(json, status.Lease);
        json.WriteTime("last_beat", status.LastBeat);

        json.WriteTime("expires_at", status.ExpiresAt);
        await answer.SendObjectAsync(context);
    }

    private static void Write(Utf8JsonWriter json, AgentBeat beat)
    {
        WriteHolder(json, new LeaseHolder(beat.AgentId, beat.Instance));
        json.WriteString("health"u8, beat.Health.ToName());
        json.WriteNumber("ttl"u8, (long)beat.Ttl.TotalSeconds);
        json.WriteNumber("beat_seconds"u8, Math.Max(1, (long)beat.BeatEvery.TotalSeconds));
        json.WriteTime("expires_at", beat.ExpiresAt);
    }

    private static void WriteHolder(Utf8JsonWriter json, LeaseHolder holder)
    {
        json.WriteString("agent_id"u8, holder.AgentId);
        json.WriteGiven("instance", holder.Instance);
    }
}
