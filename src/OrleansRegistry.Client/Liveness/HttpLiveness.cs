namespace OrleansRegistry.Client;

/// <summary>The beats of agents over HTTP.</summary>
internal sealed class HttpLiveness(RegistryHttp http) : IAgentLiveness
{
    public async Task<AgentBeat> HeartbeatAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        var request = http.Write(caller, HttpMethod.Post, Of(id, ":heartbeat"), keyed: false);
        using var answer = await http.CallAsync(request, cancellationToken);
        return answer.Read(LeaseAnswers.ReadBeat);
    }

    public async Task<IReadOnlyList<AgentBeatResult>> HeartbeatManyAsync(
        Caller caller, IReadOnlyList<string> ids, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteStartArray("agent_ids"u8);
            foreach (var id in ids)
            {
                json.WriteStringValue(id);
            }

            json.WriteEndArray();
        });
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Post, "agents:heartbeat", body, keyed: false), cancellationToken);
        return answer.Read(json => json.Entries("results").Select(LeaseAnswers.ReadEntry).ToList());
    }

    public async Task<LeaseStatus?> GetLeaseAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await http.CallAsync(http.Read(caller, Of(id, "/lease")), cancellationToken);
            return answer.Read(LeaseAnswers.ReadStatus);
        }
        catch (RegistryException fault) when (fault is { Error: RegistryError.NotFound, Field: "ttl" })
        {
            return null;
        }
    }

    private static string Of(string id, string suffix)
    {
        Identifiers.CheckId(id);
        return ApiPath.Of("agents", id, suffix);
    }
}
