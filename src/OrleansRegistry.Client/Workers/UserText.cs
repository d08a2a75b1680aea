using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>What users say, as text.</summary>
internal static class UserText
{
    /// <summary>The text parts of the user's newest message, a line each.</summary>
    public static string Newest(IReadOnlyList<RawJson> history)
    {
        for (var i = history.Count - 1; i >= 0; i--)
        {
            using var message = JsonDocument.Parse(history[i].Utf8, JsonInput.Stored);
            if (message.RootElement.Text("role") is "ROLE_USER" or "user")
            {
                return string.Join('\n', message.RootElement.Entries("parts").Select(part => part.Text("text")).OfType<string>());
            }
        }

        return "";
    }
}
