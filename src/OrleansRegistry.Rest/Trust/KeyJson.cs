using System.Text.Json;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Writes keys as answers show them.</summary>
internal static class KeyJson
{
    /// <param name="text">Shown where it was made by this request.</param>
    public static void Write(Utf8JsonWriter json, ApiKey key, string? text = null)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, key.Id);
        if (text is not null)
        {
            json.WriteString("key"u8, text);
        }

        json.WriteString("tenant"u8, key.Tenant);
        json.WriteString("subject"u8, key.Subject);
        WriteTexts(json, "roles", key.Roles);
        if (key.Agents is { } agents)
        {
            WriteTexts(json, "agents", agents);
        }

        if (key.Description is { } description)
        {
            json.WriteString("description"u8, description);
        }

        json.WriteTime("createdAt", key.CreatedAt);
        json.WriteString("createdBy"u8, key.CreatedBy);
        WriteTime(json, "expiresAt", key.ExpiresAt);
        WriteTime(json, "rotatedAt", key.RotatedAt);
        WriteTime(json, "previousUntil", key.PreviousUntil);
        WriteTime(json, "lastUsedAt", key.LastUsedAt);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.WriteTime(name, at);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
