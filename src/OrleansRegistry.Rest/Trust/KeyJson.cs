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
        json.WriteGiven("key", text);
        json.WriteString("tenant"u8, key.Tenant);
        json.WriteString("subject"u8, key.Subject);
        json.WriteGiven("roles", key.Roles);
        json.WriteGiven("agents", key.Agents);

        json.WriteGiven("description", key.Description);
        json.WriteTime("createdAt", key.CreatedAt);
        json.WriteString("createdBy"u8, key.CreatedBy);
        json.WriteTime("expiresAt", key.ExpiresAt);
        json.WriteTime("rotatedAt", key.RotatedAt);
        json.WriteTime("previousUntil", key.PreviousUntil);
        json.WriteTime("lastUsedAt", key.LastUsedAt);
        json.WriteEndObject();
    }
}
