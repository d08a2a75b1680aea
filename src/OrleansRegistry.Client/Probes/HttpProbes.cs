namespace OrleansRegistry.Client;

/// <summary>The probes of agents over HTTP.</summary>
internal sealed class HttpProbes(RegistryHttp http) : IAgentProbes
{
    public async Task<AgentProbeStatus> ProbeAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Post, Of(id, ":probe"), keyed: false), cancellationToken);
        return answer.Read(ProbeAnswers.ReadStatus);
    }

    public async Task<AgentProbeStatus> GetProbeAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, Of(id, "/probe")), cancellationToken);
        return answer.Read(ProbeAnswers.ReadStatus);
    }

    private static string Of(string id, string suffix)
    {
        Identifiers.CheckId(id);
        return ApiPath.Of("agents", id, suffix);
    }
}
