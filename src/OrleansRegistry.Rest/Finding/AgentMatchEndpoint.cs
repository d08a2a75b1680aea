using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;

namespace OrleansRegistry.Rest.Finding;

/// <summary><c>POST /agents:match</c>: the agents for a job.</summary>
internal sealed class AgentMatchEndpoint(IAgentFinder finder, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names Names = new([.. JobMembers.Names]);

    public void Map(ApiRoutes routes) =>
        routes.Post("/agents:match", MatchAsync, AgentDocs.Operation("matchAgents", "The agents for a job, each with the reasons")
            .Says("Agents that have all that is required, by what is preferred, the words of the job and what they mean, and how their tasks of the "
                + "last day went.")
            .Body("AgentJob")
            .Answer(200, "The best first.", "AgentCandidates")
            .Problems(400, 413, 415, 503));

    private async Task MatchAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var job = JobMembers.Read(new RequestMembers(body.Bytes, Names));
        body.Release();
        var found = await finder.MatchAsync(context.GetReader(), job, context.RequestAborted);
        RevisionHeader.Set(context.Response, found.Revision);
        context.Response.ContentType = JsonContentType.Json;
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("agents"u8);
        foreach (var candidate in found.Agents)
        {
            Write(answer.Json, candidate);
            await answer.DrainAsync(context);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteNumber("found"u8, found.Found);
        await answer.SendObjectAsync(context);
    }

    private static void Write(Utf8JsonWriter json, AgentCandidate candidate)
    {
        json.WriteStartObject();
        json.WritePropertyName("agent"u8);
        AgentAnswers.WriteRecord(json, candidate.Agent);
        json.WriteNumber("score"u8, Math.Round(candidate.Score, 4));
        json.WriteStartArray("parts"u8);
        foreach (var part in candidate.Parts)
        {
            json.WriteStartObject();
            json.WriteString("part"u8, part.Name);
            json.WriteNumber("value"u8, Math.Round(part.Value, 4));
            json.WriteNumber("weight"u8, part.Weight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, "preferred", candidate.Preferred);
        Write(json, "missing", candidate.Missing);
        json.WriteGiven("meaning_field", candidate.MeaningField);
        AgentListWriter.WriteHighlights(json, candidate.Highlights);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, AgentFilters filters)
    {
        json.WriteStartObject(name);
        foreach (var field in filters.Fields)
        {
            json.WriteStartArray(field.Name);
            foreach (var value in filters[field])
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
