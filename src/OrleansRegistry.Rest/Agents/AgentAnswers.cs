using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents.Versions;
using OrleansRegistry.Rest.Trust;

namespace OrleansRegistry.Rest.Agents;

/// <summary>What writes of agents are answered with.</summary>
internal static class AgentAnswers
{
    private const string Registered = "Agent registered successfully";

    public const string Unregistered = "Agent unregistered successfully";

    /// <summary>What became of a registration, in words.</summary>
    public static string MessageOf(AgentWriteResult written) => written.Review is null ? Registered : ReviewJson.Waits;

    /// <summary>Sets the headers that an answer about a written agent has.</summary>
    public static void SetHeaders(HttpContext context, AgentRecord agent)
    {
        RevisionHeader.Set(context.Response, agent.Revision);
        context.Response.Headers.ETag = AgentTag.Of(agent);
    }

    public static Task SendWrittenAsync(HttpContext context, AgentWriteResult written, bool isPut = false)
    {
        if (written.Agent.Revision > 0)
        {
            SetHeaders(context, written.Agent);
        }

        if (isPut && written.Created)
        {
            context.Response.Headers.Location = PublicPath.Of(context, $"/agents/{Uri.EscapeDataString(written.Agent.Id)}");
        }

        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteBoolean("success"u8, true);
        json.WriteString("agent_id"u8, written.Agent.Id);
        json.WriteString("message"u8, MessageOf(written));
        json.WriteNumber("extensions_processed"u8, written.ExtensionsProcessed);
        json.WriteString("delivery"u8, written.Agent.EffectiveDelivery.ToName());
        WriteOutcome(json, written, ShowsRecord(context));
        return answer.SendObjectAsync(
            context,
            written.Review is not null ? StatusCodes.Status202Accepted
                : isPut && written.Created ? StatusCodes.Status201Created
                : StatusCodes.Status200OK);
    }

    /// <summary>How that an answer may have the whole agent is described.</summary>
    public static ApiOperation Viewed(this ApiOperation operation) => operation.Query(
        "view", "summary: what became of the write, the default; record: also the agent as it is stored then, as agent.");

    public static bool ShowsRecord(HttpContext context) =>
        context.Request.QueryString.HasValue && new QueryParameters(context).IsSecond("view", "summary", "record");

    /// <summary>The members <c>created</c>, <c>revision</c> and <c>warnings</c>.</summary>
    /// <param name="showsRecord">With the member <c>agent</c>.</param>
    public static void WriteOutcome(Utf8JsonWriter json, AgentWriteResult written, bool showsRecord)
    {
        json.WriteBoolean("created"u8, written.Created);
        if (written.Repeated)
        {
            json.WriteBoolean("repeated"u8, true);
        }

        if (written.Breaks is { } breaks)
        {
            AgentVersionJson.Write(json, breaks);
        }

        ReviewJson.WriteMember(json, written.Review);
        WriteWritten(json, written.Agent, written.Warnings, showsRecord);
    }

    /// <summary>The members <c>revision</c> and <c>warnings</c>.</summary>
    /// <param name="showsRecord">With the member <c>agent</c>.</param>
    public static void WriteWritten(Utf8JsonWriter json, AgentRecord agent, IReadOnlyList<CardWarning> warnings, bool showsRecord)
    {
        json.WriteNumber("revision"u8, agent.Revision);
        json.WriteStartArray("warnings"u8);
        foreach (var warning in warnings)
        {
            json.WriteStartObject();
            json.WriteString("field"u8, warning.Field);
            json.WriteString("message"u8, warning.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (showsRecord)
        {
            json.WritePropertyName("agent"u8);
            WriteRecord(json, agent);
        }
    }

    /// <summary>The whole agent, as a value.</summary>
    public static void WriteRecord(Utf8JsonWriter json, AgentRecord agent)
    {
        var record = new ArrayBufferWriter<byte>(AgentJson.Measure(agent));
        AgentJson.WriteRecord(record, agent);
        json.WriteRawValue(record.WrittenSpan, skipInputValidation: true);
    }
}
