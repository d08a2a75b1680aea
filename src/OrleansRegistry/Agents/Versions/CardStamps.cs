using System.Text.Json;

namespace OrleansRegistry.Agents.Versions;

/// <summary>
/// Which of an agent's cards it has. A new agent has none stored: its card is the first, of when it was registered and by its owner, so that agents whose
/// cards never change have nothing more to keep.
/// </summary>
internal static class CardStamps
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    /// <summary>Of the card that an agent has.</summary>
    public static CardStamp Of(AgentRecord agent) => agent.Stamp ?? new CardStamp(1, agent.CreatedAt, agent.Owner);

    /// <summary>Of an agent that is given a card.</summary>
    /// <param name="before">The agent as it was; null if it is new.</param>
    /// <param name="subject">Who writes it.</param>
    public static CardStamp? Next(AgentRecord? before, RawJson card, string? subject, DateTimeOffset now)
    {
        if (before is null || before.Card == card)
        {
            return before?.Stamp;
        }

        // Their order is that of their times: a clock that was set back must not change it.
        var had = Of(before);
        return new CardStamp(had.Number + 1, now > had.At ? now : had.At + Least, subject) { Unknown = had.Unknown };
    }

    public static CardStamp Read(StoredObject stamp) =>
        new(stamp.Number("number"), stamp.Time("at"), stamp.TextOrNull("by")) { Unknown = stamp.Unknown() };

    public static AgentLabel ReadLabel(JsonElement json)
    {
        var label = new StoredObject(json, "labels");
        return new AgentLabel(label.Text("name"), label.Number("number"));
    }

    public static AgentCompatibility ReadCompatibility(StoredObject fields) => fields.TextOrNull("compatibility") is not { } name
        ? AgentCompatibility.None
        : AgentCompatibilities.TryParse(name) ?? throw new JsonException($"'compatibility' is not {AgentCompatibilities.AllNames}");

    /// <summary>Writes the members of a stamp; those that are unknown may be of the object around it.</summary>
    public static void Write(Utf8JsonWriter fields, CardStamp stamp)
    {
        fields.WriteNumber("number"u8, stamp.Number);
        fields.WriteString("at"u8, stamp.At);
        fields.WriteGiven("by", stamp.By);
        StoredObject.WriteUnknown(fields, stamp.Unknown);
    }

    public static void Write(Utf8JsonWriter fields, AgentRecord agent)
    {
        if (agent.Compatibility != AgentCompatibility.None)
        {
            fields.WriteString("compatibility"u8, agent.Compatibility.ToName());
        }

        if (agent.Stamp is { } stamp)
        {
            fields.WriteStartObject("card"u8);
            Write(fields, stamp);
            fields.WriteEndObject();
        }

        ReplacedCards.Write(fields, agent.Replaced);

        if (agent.Labels.Count == 0)
        {
            return;
        }

        fields.WriteStartArray("labels"u8);
        foreach (var label in agent.Labels)
        {
            fields.WriteStartObject();
            fields.WriteString("name"u8, label.Name);
            fields.WriteNumber("number"u8, label.Number);
            fields.WriteEndObject();
        }

        fields.WriteEndArray();
    }
}
