using System.Text.Json;
using OrleansRegistry.Mcp.Answers;

namespace OrleansRegistry.Mcp.Agents;

/// <summary>What a list shows of an agent: enough to choose by, and bounded whatever its card has.</summary>
internal static class AgentSummary
{
    private const int MostText = 300;
    private const int MostValues = 20;

    public static ReadOnlyMemory<byte> Of(AgentRecord agent) => AnswerItems.Write(json => Write(json, agent));

    /// <summary>The members of a card that a person would look at first.</summary>
    public static (string? Name, string? Description) Naming(RawJson card)
    {
        using var document = JsonDocument.Parse(card.Utf8, JsonInput.Stored);
        return (Text(document.RootElement, "name"), Text(document.RootElement, "description"));
    }

    private static void Write(Utf8JsonWriter json, AgentRecord agent)
    {
        using var document = JsonDocument.Parse(agent.Card.Utf8, JsonInput.Stored);
        var card = document.RootElement;
        json.WriteString("agent_id"u8, agent.Id);
        json.WriteBoolean("enabled"u8, agent.Enabled);
        json.WriteString("delivery"u8, agent.EffectiveDelivery.ToName());
        if (agent.LifeCycle != AgentLifeCycle.Active)
        {
            json.WriteString("lifecycle"u8, agent.LifeCycle.ToName());
        }

        WriteText(json, card, "name");
        WriteText(json, card, "description");
        WriteSkills(json, card);
        WriteTags(json, card);
        json.WriteNumber("revision"u8, agent.Revision);
    }

    private static void WriteText(Utf8JsonWriter json, JsonElement card, string name)
    {
        if (Text(card, name) is { } text)
        {
            json.WriteString(name, AnswerDocuments.Cut(text, MostText));
        }
    }

    private static void WriteSkills(Utf8JsonWriter json, JsonElement card)
    {
        string[] skills = [.. Items(card, "skills").Select(skill => Text(skill, "id") ?? Text(skill, "name")).OfType<string>()];
        WriteTexts(json, "skills", skills);
    }

    private static void WriteTags(Utf8JsonWriter json, JsonElement card)
    {
        var tags = Items(card, "tags").Concat(Items(card, "skills").SelectMany(skill => Items(skill, "tags")));
        WriteTexts(json, "tags", [.. tags.Where(tag => tag.ValueKind == JsonValueKind.String).Select(tag => tag.GetString()!).Distinct()]);
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, string[] texts)
    {
        if (texts.Length == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var text in texts.Take(MostValues))
        {
            json.WriteStringValue(AnswerDocuments.Cut(text, 100));
        }

        json.WriteEndArray();
        if (texts.Length > MostValues)
        {
            json.WriteNumber($"{name}_count", texts.Length);
        }
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Array
            ? member.EnumerateArray()
            : default;
}
