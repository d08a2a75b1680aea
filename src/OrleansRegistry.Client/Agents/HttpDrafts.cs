using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Drafts of agents' cards over HTTP.</summary>
internal sealed class HttpDrafts(RegistryHttp http, HttpAgents agents) : IAgentDrafts
{
    public async Task<AgentDraft> PutAsync(
        Caller caller, string agentId, ReadOnlyMemory<byte> card, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Put, Of(agentId), card), cancellationToken);
        return answer.Read(Read);
    }

    public async Task<AgentDraft> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default)
    {
        using var answer = await agents.ReadAsync(http.Read(caller, Of(agentId)), cancellationToken);
        return answer.Read(Read);
    }

    public Task RemoveAsync(Caller caller, string agentId, CancellationToken cancellationToken = default) =>
        http.RemoveAsync(http.Write(caller, HttpMethod.Delete, Of(agentId)), cancellationToken);

    public Task<AgentWriteResult> PublishAsync(
        Caller caller, string agentId, WriteCondition condition = default, bool force = false, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(Of(agentId, ":publish"), ("view", "record"));
        var body = TaskRequests.Object(json => json.WriteGiven("force", force ? true : null));
        return agents.WriteAsync(caller, http.Write(caller, HttpMethod.Post, path, body), condition, cancellationToken);
    }

    private static string Of(string agentId, string action = "")
    {
        Identifiers.CheckId(agentId);
        return ApiPath.Of("agents", agentId, $"/draft{action}");
    }

    private static AgentDraft Read(JsonElement draft) => new(
        draft.Required("agent_id"),
        JsonInput.Copy(draft.GetProperty("agent_card")),
        draft.Time("written_at"),
        draft.Text("written_by"),
        AgentAnswers.ReadWarnings(draft),
        AgentAnswers.ReadBreaks(draft));
}
