using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace OrleansRegistry.Subscriptions;

/// <summary>An event that is to be sent.</summary>
/// <param name="Id">As <see cref="CloudEvents.IdOf"/> makes it.</param>
internal readonly record struct OutgoingEvent(string Id, AgentEvent Happened);

/// <summary>
/// Writes what happens to agents as CloudEvents 1.0 in JSON, one by one or as a batch. A package for that would build each event as an object first, and the
/// cards in it, which are bytes here.
/// </summary>
/// <param name="writeAgent">Writes an agent as answers show it.</param>
internal sealed class CloudEvents(AgentFormat writeAgent)
{
    private const string TypePrefix = "orleansregistry.agent.";

    public static readonly MediaTypeHeaderValue One = new("application/cloudevents+json") { CharSet = "utf-8" };
    public static readonly MediaTypeHeaderValue Batch = new("application/cloudevents-batch+json") { CharSet = "utf-8" };

    /// <summary>Names an event: the same again where it is sent again.</summary>
    /// <param name="picture">Names the picture of all agents that it belongs to, if it does.</param>
    public static string IdOf(AgentEvent happened, string picture) => happened.Kind switch
    {
        AgentEventKind.Present => string.Create(CultureInfo.InvariantCulture, $"{picture}.{happened.Agent!.Revision}"),
        AgentEventKind.Synced or AgentEventKind.Reset => $"{picture}.{AgentEvent.NameOf(happened.Kind)}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{happened.Revision}"),
    };

    /// <summary>About how long an event is.</summary>
    public static int Measure(AgentEvent happened) => 1024 + (happened.Agent?.Card.Length ?? 0);

    /// <param name="subscription">Its id: the source of the events.</param>
    /// <param name="isBatch">Whether it is an array, of one or several; else there is one.</param>
    public ReadOnlyMemory<byte> Write(string subscription, IReadOnlyList<OutgoingEvent> events, bool isBatch, DateTimeOffset now)
    {
        var output = new ArrayBufferWriter<byte>(events.Sum(one => Measure(one.Happened)));
        using (var json = new Utf8JsonWriter(output))
        {
            if (isBatch)
            {
                json.WriteStartArray();
            }

            foreach (var (id, happened) in events)
            {
                Write(json, subscription, id, happened, now);
            }

            if (isBatch)
            {
                json.WriteEndArray();
            }
        }

        return output.WrittenMemory;
    }

    /// <summary>An agent where no front end says how it is shown.</summary>
    public static void WriteBare(IBufferWriter<byte> output, AgentRecord agent)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WritePropertyName("agent_card"u8);
        json.WriteRawValue(agent.Card.Span, skipInputValidation: true);
        json.WriteString("agent_id"u8, agent.Id);
        json.WriteBoolean("enabled"u8, agent.Enabled);
        json.WriteNumber("revision"u8, agent.Revision);
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, string subscription, string id, AgentEvent happened, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("specversion"u8, "1.0");
        json.WriteString("id"u8, id);
        json.WriteString("source"u8, "/subscriptions/" + Uri.EscapeDataString(subscription));
        json.WriteString("type"u8, TypePrefix + AgentEvent.NameOf(happened.Kind));
        json.WriteGiven("subject", happened.AgentId);
        json.WriteTime("time", happened.Agent?.UpdatedAt ?? now);
        json.WriteString("datacontenttype"u8, "application/json");
        json.WriteStartObject("data"u8);
        json.WriteGiven("revision", happened.Revision);

        json.WriteGiven("agent_id", happened.AgentId);

        if (happened.Agent is { } agent)
        {
            var record = new ArrayBufferWriter<byte>(Measure(happened));
            writeAgent(record, agent);
            json.WritePropertyName("agent"u8);
            json.WriteRawValue(record.WrittenSpan, skipInputValidation: true);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
