using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The vectors of agents over HTTP.</summary>
internal sealed class HttpVectors(RegistryHttp http, HttpAgents agents) : IAgentVectors
{
    public Task<AgentRecord> PutAsync(Caller caller, string agentId, AgentVectorUpdate update, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteGiven("model", update.Model);
            json.WriteStartArray("vectors"u8);
            foreach (var (i, vector) in update.Vectors.Index())
            {
                Write(json, vector, $"vectors[{i}].values");
            }

            json.WriteEndArray();
        });
        return WriteAsync(caller, agentId, http.Write(caller, HttpMethod.Put, Of(agentId), body), update.Condition, cancellationToken);
    }

    public async Task<AgentVectorSet> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default)
    {
        using var answer = await agents.ReadAsync(http.Read(caller, Of(agentId)), cancellationToken);
        return answer.Read(set => new AgentVectorSet(
            agentId,
            set.Number("revision"),
            set.Text("model"),
            (int)set.Number("dimensions"),
            [
                .. set.Entries("vectors").Select(vector => new AgentVector(
                    vector.Text("field") ?? "", vector.Entries("values").Select(value => value.GetSingle()).ToArray())
                {
                    Content = vector.Text("content"),
                    Metadata = vector.Document("metadata"),
                }),
            ])
        {
            IsGiven = set.Flag("given"),
            WrittenAt = set.TimeOrNull("written_at"),
            WrittenBy = set.Text("written_by"),
            CardNumber = set.Find("version_number") is null ? null : set.Number("version_number"),
        });
    }

    public Task<AgentRecord> RemoveAsync(
        Caller caller, string agentId, WriteCondition condition = default, CancellationToken cancellationToken = default) =>
        WriteAsync(caller, agentId, http.Write(caller, HttpMethod.Delete, Of(agentId)), condition, cancellationToken);

    public async ValueTask<AgentVectorStats> GetStatsAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        using var answer = await agents.ReadAsync(http.Read(caller, "agents:vectors"), cancellationToken);
        return answer.Read(stats => new AgentVectorStats(
            (int)stats.Number("agents"),
            (int)stats.Number("vectors"),
            (int)stats.Number("waiting"),
            [
                .. stats.Entries("models").Select(space => new AgentVectorSpace(
                    space.Required("model"),
                    (int)space.Number("dimensions"),
                    space.Flag("given"),
                    (int)space.Number("agents"),
                    (int)space.Number("vectors"))),
            ])
        {
            OwnModel = stats.Text("own_model"),
        });
    }

    /// <param name="field">How an error calls the numbers.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: JSON has no such number.</exception>
    public static void Write(Utf8JsonWriter json, string name, ReadOnlySpan<float> values, string field)
    {
        json.WriteStartArray(name);
        for (var i = 0; i < values.Length; i++)
        {
            json.WriteNumberValue(
                float.IsFinite(values[i]) ? values[i] : throw RegistryException.Invalid($"{field}[{i}]", "is not a finite number of 32 bits"));
        }

        json.WriteEndArray();
    }

    private static string Of(string agentId)
    {
        Identifiers.CheckId(agentId);
        return ApiPath.Of("agents", agentId, "/vectors");
    }

    private static void Write(Utf8JsonWriter json, AgentVector vector, string field)
    {
        json.WriteStartObject();
        json.WriteGiven("field", vector.Field);
        Write(json, "values", vector.Values.Span, field);
        json.WriteGiven("content", vector.Content);
        json.WriteGiven("metadata", vector.Metadata.IsEmpty ? null : vector.Metadata.Utf8);
        json.WriteEndObject();
    }

    private async Task<AgentRecord> WriteAsync(
        Caller caller, string agentId, ApiRequest request, WriteCondition condition, CancellationToken cancellationToken)
    {
        using var answer = await http.CallAsync(HttpAgents.With(request, condition), cancellationToken);
        agents.Wrote(answer.Read(json => json.Number("revision")));
        return await agents.GetAsync(caller, agentId, cancellationToken: cancellationToken)
            ?? throw new RegistryException(RegistryError.NotFound, "Agent not found", "agent_id");
    }
}
