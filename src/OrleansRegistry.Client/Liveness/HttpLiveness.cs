namespace OrleansRegistry.Client;

/// <summary>The beats of agents over HTTP.</summary>
internal sealed class HttpLiveness(RegistryHttp http) : IAgentLiveness
{
    public async Task<AgentBeat> HeartbeatAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken = default)
    {
        var request = http.Write(caller, HttpMethod.Post, Of(holder, ":heartbeat"), keyed: false);
        using var answer = await http.CallAsync(request, cancellationToken);
        return answer.Read(LeaseAnswers.ReadBeat);
    }

    public async Task<IReadOnlyList<AgentBeatResult>> HeartbeatManyAsync(
        Caller caller, IReadOnlyList<LeaseHolder> holders, CancellationToken cancellationToken = default)
    {
        // The registry answers agents first.
        int[] order = [.. Enumerable.Range(0, holders.Count).OrderBy(i => holders[i].Instance is not null)];
        var body = TaskRequests.Object(json =>
        {
            json.WriteStartArray("agent_ids"u8);
            foreach (var agent in holders.Where(holder => holder.Instance is null))
            {
                json.WriteStringValue(agent.AgentId);
            }

            json.WriteEndArray();
            if (holders.All(holder => holder.Instance is null))
            {
                return;
            }

            json.WriteStartArray("instances"u8);
            foreach (var instance in holders.Where(holder => holder.Instance is not null))
            {
                json.WriteStartObject();
                json.WriteString("agent_id"u8, instance.AgentId);
                json.WriteString("instance"u8, instance.Instance);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Post, "agents:heartbeat", body, keyed: false), cancellationToken);
        var answered = answer.Read(json => json.Entries("results").Select(LeaseAnswers.ReadEntry).ToList());
        var results = new AgentBeatResult[order.Length];
        foreach (var (i, place) in order.Index())
        {
            results[place] = answered[i];
        }

        return results;
    }

    public async Task<LeaseStatus?> GetLeaseAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await http.CallAsync(http.Read(caller, Of(holder, "/lease")), cancellationToken);
            return answer.Read(LeaseAnswers.ReadStatus);
        }
        catch (RegistryException fault) when (fault is { Error: RegistryError.NotFound, Field: "ttl" })
        {
            return null;
        }
    }

    private static string Of(LeaseHolder holder, string suffix)
    {
        Identifiers.CheckId(holder.AgentId);
        return holder.Instance is { } name ? HttpInstances.Of(holder.AgentId, name, suffix) : ApiPath.Of("agents", holder.AgentId, suffix);
    }
}
