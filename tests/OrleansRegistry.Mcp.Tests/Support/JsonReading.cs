using System.Text.Json;

namespace OrleansRegistry.Mcp.Tests;

/// <summary>Reads results in few words.</summary>
internal static class JsonReading
{
    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static JsonElement[] Items(this JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray()];

    public static string[] Texts(this JsonElement json, string name, string member) => [.. json.Items(name).Select(item => item.Text(member))];

    public static string? Next(this JsonElement json) => json.TryGetProperty("next_page_token", out var token) ? token.GetString() : null;
}
