using System.Text.Json;

namespace OrleansRegistry.Protocol;

/// <summary>Writes a <c>TaskPushNotificationConfig</c> as answers show it: without <c>authentication.credentials</c>, which are never read back.</summary>
/// <remarks>Source: A2A 1.0, 4.3.1, 4.3.2. A 0.3-shaped one (<c>authentication.schemes</c>) is shown with its first scheme.</remarks>
internal static class PushConfigJson
{
    public static void Write(Utf8JsonWriter json, string taskId, TaskWebhook webhook)
    {
        using var document = JsonDocument.Parse(webhook.Config.Utf8, JsonInput.Stored);
        var config = document.RootElement;
        json.WriteStartObject();
        json.WriteString("id"u8, webhook.Id);
        json.WriteString("taskId"u8, taskId);
        WriteText(json, config, "url");
        WriteText(json, config, "token");
        if (SchemeOf(config) is { } scheme)
        {
            json.WriteStartObject("authentication"u8);
            json.WriteString("scheme"u8, scheme);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>The scheme by which notifications are to authenticate; null for none.</summary>
    public static string? SchemeOf(JsonElement config)
    {
        if (!config.TryGetProperty("authentication"u8, out var authentication) || authentication.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (authentication.TryGetProperty("scheme"u8, out var scheme) && scheme.ValueKind == JsonValueKind.String && !scheme.ValueEquals(""u8))
        {
            return scheme.GetString();
        }

        if (!authentication.TryGetProperty("schemes"u8, out var schemes) || schemes.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var first = schemes.EnumerateArray().FirstOrDefault(one => one.ValueKind == JsonValueKind.String);
        return first.ValueKind == JsonValueKind.String ? first.GetString() : null;
    }

    private static void WriteText(Utf8JsonWriter json, JsonElement config, string name)
    {
        if (config.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && !value.ValueEquals(""u8))
        {
            json.WriteString(name, value.GetString());
        }
    }
}
