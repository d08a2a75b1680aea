using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents;

/// <summary><c>POST /agents:batch</c>: each entry has its own result, and one that is refused spoils no other.</summary>
internal sealed class AgentBatchEndpoint(IAgentRegistry registry, RegistryHttpOptions http, RegistryRestOptions options)
{
    public void Map(ApiRoutes routes) =>
        routes.Post("/agents:batch", RegisterAsync, AgentDocs.Operation("registerAgents", "Register many agents at once")
            .Says("The body is {\"agents\": […]} or an array. An entry is what POST /agents takes. Refused entries are told in the answer and spoil "
                + "no other.")
            .Viewed()
            .Body("AgentBatch")
            .Idempotent()
            .Answer(200, "What became of each entry.", "AgentBatchResult")
            .Problems(400, 413, 415, 503));

    private async Task RegisterAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var showsRecords = AgentAnswers.ShowsRecord(context);
        var body = await RequestBody.ReadJsonAsync(context, http.MaxBodyBytes);
        var entries = BatchBody.Split(body.Bytes, options.MaxBatchEntries);
        var results = new Entry[entries.Count];
        var registrations = new List<AgentRegistration>(entries.Count);
        for (var i = 0; i < results.Length; i++)
        {
            try
            {
                var envelope = AgentEnvelope.Read(entries[i], "entry");
                registrations.Add(envelope.ToRegistration());
                results[i].AgentId = envelope.Id;
            }
            catch (RegistryException fault)
            {
                results[i].Fault = fault;
            }
        }

        if (registrations.Count > 0)
        {
            var registered = await registry.RegisterManyAsync(context.GetCaller(), registrations, context.RequestAborted);
            Merge(results, registered);
        }

        body.Release();
        RevisionHeader.Set(context.Response, Math.Max(registry.Revision, results.Max(entry => entry.Written?.Agent.Revision) ?? 0));
        await SendAsync(context, results, showsRecords);
    }

    private static void Merge(Entry[] results, IReadOnlyList<AgentBatchResult> registered)
    {
        var next = 0;
        foreach (ref var entry in results.AsSpan())
        {
            if (entry.Fault is null)
            {
                var result = registered[next++];
                entry.Written = result.Written;
                entry.Fault = result.Refused;
            }
        }
    }

    private static Task SendAsync(HttpContext context, Entry[] results, bool showsRecords)
    {
        var failed = results.Count(entry => entry.Fault is not null);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteNumber("success"u8, results.Length - failed);
        json.WriteNumber("failed"u8, failed);
        json.WriteStartArray("errors"u8);
        for (var i = 0; failed > 0 && i < results.Length; i++)
        {
            if (results[i].Fault is { } fault)
            {
                json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"[{i}] {fault.Message}"));
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("results"u8);
        for (var i = 0; i < results.Length; i++)
        {
            Write(json, i, results[i], showsRecords);
        }

        json.WriteEndArray();
        return answer.SendObjectAsync(context);
    }

    private static void Write(Utf8JsonWriter json, int index, in Entry entry, bool showsRecords)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteBoolean("success"u8, entry.Fault is null);
        if (entry.Written is { } written)
        {
            json.WriteString("agent_id"u8, written.Agent.Id);
            AgentAnswers.WriteOutcome(json, written, showsRecords);
        }
        else if (entry.Fault is { } fault)
        {
            json.WriteGiven("agent_id", entry.AgentId);
            json.WriteNumber("status"u8, ProblemStatus.Of(fault.Error));
            json.WriteString("code"u8, RegistryErrorCode.Of(fault.Error));
            json.WriteString("field"u8, fault.Field);
            json.WriteString("error"u8, fault.Message);
        }

        json.WriteEndObject();
    }

    private struct Entry
    {
        public string? AgentId;
        public AgentWriteResult? Written;
        public RegistryException? Fault;
    }
}
