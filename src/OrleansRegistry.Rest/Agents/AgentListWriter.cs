using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents;

/// <summary>Streams a list of agents: what is written goes out every 64 KiB, as fast as the client takes it.</summary>
internal sealed class AgentListWriter(HttpContext context)
{
    private const int FlushBytes = 64 * 1024;

    private readonly PipeWriter output = context.Response.BodyWriter;

    /// <param name="search">The text that was searched for, to be repeated in the answer; null for a plain list.</param>
    public async Task WriteAsync(AgentPage page, bool records, bool isPaged, string? search)
    {
        output.Write("{\"agents\":["u8);
        var unsent = 0;
        var agents = page.Agents;
        for (var i = 0; i < agents.Count; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }

            unsent += Write(agents[i], records);
            if (unsent >= FlushBytes)
            {
                await SlowReaders.FlushAsync(context);
                unsent = 0;
            }
        }

        output.Write("],"u8);
        WriteEnd(page, isPaged, search);
        await SlowReaders.FlushAsync(context);
    }

    private int Write(AgentRecord agent, bool record)
    {
        if (record)
        {
            AgentJson.WriteRecord(output, agent);
        }
        else
        {
            output.Write(agent.Card.Span);
        }

        return agent.Card.Length;
    }

    private void WriteEnd(AgentPage page, bool isPaged, string? search)
    {
        var end = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(end))
        {
            json.WriteStartObject();
            json.WriteNumber("count"u8, page.Agents.Count);
            json.WriteGiven("query", search);

            if (isPaged)
            {
                json.WriteString("next_page_token"u8, page.NextPageToken);
            }

            if (page.Matches is { } matches)
            {
                json.WriteStartArray("matches"u8);
                foreach (var match in matches)
                {
                    Write(json, match);
                }

                json.WriteEndArray();
            }

            if (page.Search is { } by)
            {
                json.WriteStartObject("search"u8);
                json.WriteString("mode"u8, by.Mode.ToName());
                json.WriteGiven("fallback", by.Fallback);
                json.WriteNumber("waiting"u8, by.Waiting);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        output.Write(end.WrittenSpan[1..]);
    }

    private static void Write(Utf8JsonWriter json, AgentMatch match)
    {
        json.WriteStartObject();
        json.WriteString("agent_id"u8, match.AgentId);
        json.WriteNumber("score"u8, Math.Round(match.Score, 4));
        Write(json, "text_score", match.TextScore);
        Write(json, "meaning_score", match.MeaningScore);
        json.WriteGiven("meaning_field", match.MeaningField);
        WriteHighlights(json, match.Highlights);
        json.WriteEndObject();
    }

    internal static void WriteHighlights(Utf8JsonWriter json, IReadOnlyList<AgentHighlight> highlights)
    {
        json.WriteStartArray("highlights"u8);
        foreach (var highlight in highlights)
        {
            json.WriteStartObject();
            json.WriteString("field"u8, highlight.Field);
            json.WriteString("text"u8, highlight.Text);
            json.WriteStartArray("ranges"u8);
            foreach (var (start, length) in highlight.Ranges)
            {
                json.WriteStartArray();
                json.WriteNumberValue(start);
                json.WriteNumberValue(length);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, double? score)
    {
        if (score is { } known)
        {
            json.WriteNumber(name, Math.Round(known, 4));
        }
    }
}
