using System.Text.Json;

namespace OrleansRegistry.Rest.Agents.Versions;

/// <summary>Writes versions of cards, and what an agent's record says of its own.</summary>
internal static class AgentVersionJson
{
    /// <summary>
    /// Members of a record, with a comma before each: <c>version_number</c>, and of a card that is not the first <c>card_written_at</c> and
    /// <c>card_written_by</c>; <c>compatibility</c> and <c>labels</c> if there are any.
    /// </summary>
    public static ReadOnlySpan<byte> Of(AgentRecord agent)
    {
        if (agent is { Stamp: null, Labels.Count: 0, Compatibility: AgentCompatibility.None })
        {
            return ",\"version_number\":1"u8;
        }

        using var buffer = new MemoryStream(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version_number"u8, agent.VersionNumber);
            if (agent.Stamp is { } stamp)
            {
                json.WriteTime("card_written_at", stamp.At);
                json.WriteGiven("card_written_by", stamp.By);
            }

            if (agent.Compatibility != AgentCompatibility.None)
            {
                json.WriteString("compatibility"u8, agent.Compatibility.ToName());
            }

            if (agent.Labels.Count > 0)
            {
                json.WriteStartObject("labels"u8);
                foreach (var label in agent.Labels)
                {
                    json.WriteNumber(label.Name, label.Number);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        var members = buffer.GetBuffer().AsSpan(0, (int)buffer.Length - 1);
        members[0] = (byte)',';
        return members;
    }

    /// <summary>The members of what is known of a version.</summary>
    public static void Write(Utf8JsonWriter json, AgentVersionInfo version)
    {
        json.WriteNumber("number"u8, version.Number);
        json.WriteGiven("version", version.Version);
        json.WriteTime("written_at", version.WrittenAt);
        json.WriteGiven("written_by", version.WrittenBy);
        json.WriteBoolean("current"u8, version.IsCurrent);
        json.WriteGiven("labels", version.Labels);
    }

    /// <summary>The members <c>verdict</c> and <c>breaks</c>.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<CardBreak> breaks)
    {
        json.WriteString("verdict"u8, breaks.Count == 0 ? "compatible"u8 : "incompatible"u8);
        json.WriteStartArray("breaks"u8);
        foreach (var found in breaks)
        {
            json.WriteStartObject();
            json.WriteString("rule"u8, found.Rule);
            json.WriteString("value"u8, found.Value);
            json.WriteString("message"u8, found.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, CardChange change)
    {
        json.WriteStartObject();
        json.WriteString("op"u8, change.Before.IsEmpty ? "add"u8 : change.After.IsEmpty ? "remove"u8 : "replace"u8);
        json.WriteString("path"u8, change.Path);
        WriteDocument(json, "before", change.Before);
        WriteDocument(json, "after", change.After);
        json.WriteEndObject();
    }

    private static void WriteDocument(Utf8JsonWriter json, string name, RawJson document)
    {
        if (!document.IsEmpty)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(document.Span, skipInputValidation: true);
        }
    }
}
