using System.Text;
using System.Text.Json;
using OrleansRegistry.Mcp.Answers;

namespace OrleansRegistry.Mcp.Tasks;

/// <summary>What a person would read of a message or an artifact.</summary>
internal static class MessageText
{
    /// <summary>The texts of a message's parts, at most so many characters; empty where there are none.</summary>
    public static string Of(RawJson message, int most)
    {
        if (message.IsEmpty)
        {
            return "";
        }

        using var document = JsonDocument.Parse(message.Utf8, JsonInput.Stored);
        if (!document.RootElement.TryGetProperty("parts", out var parts) || parts.ValueKind != JsonValueKind.Array)
        {
            return "";
        }

        var said = new StringBuilder();
        foreach (var part in parts.EnumerateArray())
        {
            if (said.Length <= most && Text(part, "text") is { } text)
            {
                said.Append(said.Length > 0 ? " " : "").Append(AnswerDocuments.Cut(text, most + 1));
            }
        }

        return AnswerDocuments.Cut(said.ToString(), most);
    }

    /// <summary>The name of an artifact, else its id.</summary>
    public static string NameOf(RawJson artifact, int most)
    {
        using var document = JsonDocument.Parse(artifact.Utf8, JsonInput.Stored);
        var name = Text(document.RootElement, "name") ?? Text(document.RootElement, "artifactId") ?? Text(document.RootElement, "artifact_id");
        return AnswerDocuments.Cut(name ?? "", most);
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;
}
