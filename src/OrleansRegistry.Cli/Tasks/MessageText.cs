using System.Text.Json;

namespace OrleansRegistry.Cli.Tasks;

/// <summary>Messages and artifacts of A2A as people read them.</summary>
internal static class MessageText
{
    /// <summary>Who says it: <c>user</c> or <c>agent</c>.</summary>
    public static string Role(JsonElement message) =>
        (message.Text("role") ?? "").Replace("ROLE_", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>The texts of its parts; of other parts, what they are.</summary>
    public static string Parts(JsonElement message) => string.Join(" ", message.Entries("parts").Select(Part));

    private static string Part(JsonElement part)
    {
        if (part.Text("text") is { } text)
        {
            return text;
        }

        if (part.Find("data") is { } data)
        {
            return data.GetRawText();
        }

        var file = part.Find("file") ?? part;
        return $"[{file.Text("filename") ?? file.Text("name") ?? file.Text("uri") ?? file.Text("url") ?? part.Text("kind") ?? "file"}]";
    }
}
