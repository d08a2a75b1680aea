using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The versions of agents' cards over HTTP.</summary>
internal sealed class HttpVersions(RegistryHttp http, HttpAgents agents) : IAgentVersions
{
    private const string Collection = "agents";

    public async Task<AgentVersionPage> ListAsync(
        Caller caller, string agentId, int? pageSize = null, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(
            Of(agentId, "/versions"), ("page_size", pageSize?.ToString(CultureInfo.InvariantCulture)), ("page_token", pageToken));
        using var answer = await agents.ReadAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new AgentVersionPage([.. page.Entries("versions").Select(version => Info(version, agentId))], page.NextPage()));
    }

    public async Task<AgentVersion> GetAsync(Caller caller, string agentId, string version, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckId(agentId);
        if (version.Length == 0)
        {
            throw RegistryException.Invalid("version", "must name a version: @ and its number, a label, the card's own version, or latest");
        }

        var path = ApiPath.OfPart(Collection, agentId, "versions", version, "version");
        using var answer = await agents.ReadAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(json => new AgentVersion(Info(json, agentId), JsonInput.Copy(json.GetProperty("agent_card"))));
    }

    public async Task<AgentVersionDiff> DiffAsync(
        Caller caller, string agentId, string from, string to = AgentLabel.Latest, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(Of(agentId, "/versions:diff"), ("from", from), ("to", to));
        using var answer = await agents.ReadAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(diff => new AgentVersionDiff(
            Info(diff.GetProperty("from"), agentId),
            Info(diff.GetProperty("to"), agentId),
            AgentAnswers.ReadChanges(diff),
            AgentAnswers.ReadBreaks(diff)));
    }

    public Task<AgentWriteResult> RollBackAsync(
        Caller caller,
        string agentId,
        string to,
        WriteCondition condition = default,
        bool force = false,
        CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteGiven("to", to);
            json.WriteGiven("force", force ? true : null);
        });
        var path = ApiPath.With(Of(agentId, ":rollback"), ("view", "record"));
        return agents.WriteAsync(caller, http.Write(caller, HttpMethod.Post, path, body), condition, cancellationToken);
    }

    public Task<AgentRecord> LabelAsync(
        Caller caller, string agentId, string label, long number, CancellationToken cancellationToken = default) =>
        LabelAsync(caller, agentId, label, HttpMethod.Put, TaskRequests.Object(json => json.WriteNumber("number"u8, number)), cancellationToken);

    public Task<AgentRecord> UnlabelAsync(Caller caller, string agentId, string label, CancellationToken cancellationToken = default) =>
        LabelAsync(caller, agentId, label, HttpMethod.Delete, null, cancellationToken);

    private static string Of(string agentId, string suffix)
    {
        Identifiers.CheckId(agentId);
        return ApiPath.Of(Collection, agentId, suffix);
    }


    private static AgentVersionInfo Info(JsonElement version, string agentId) => new(
        agentId,
        version.Number("number"),
        version.Text("version"),
        version.Time("written_at"),
        version.Text("written_by"),
        version.Flag("current"),
        version.Strings("labels"));

    private async Task<AgentRecord> LabelAsync(
        Caller caller, string agentId, string label, HttpMethod method, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken)
    {
        Identifiers.CheckId(agentId);
        if (label.Length == 0)
        {
            throw RegistryException.Invalid("label", "must be 1 to 64 letters, digits, '-', '_' or '.', beginning with a letter or digit");
        }

        var path = ApiPath.OfPart(Collection, agentId, "labels", label, "label");
        var consistency = ReadConsistency.Local;
        try
        {
            using var answer = await http.CallAsync(http.Write(caller, method, path, body), cancellationToken);
            agents.Wrote(answer.Read(json => json.Number("revision")));
        }
        catch (RegistryException fault) when (body is null && RegistryHttp.IsGone(fault))
        {
            // The try before has removed it; its answer was lost, and the revision with it.
            consistency = ReadConsistency.Strong;
        }

        return await agents.GetAsync(caller, agentId, consistency, cancellationToken)
            ?? throw new RegistryException(RegistryError.NotFound, "Agent not found", "agent_id");
    }
}
