using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Members that an answer must have, and documents of others in it, which keep their bytes.</summary>
internal static class Answers
{
    public static string Required(this JsonElement json, string name) =>
        json.Text(name) ?? throw new KeyNotFoundException($"'{name}' is missing");

    public static DateTimeOffset Time(this JsonElement json, string name) => json.TimeOrNull(name) ?? DateTimeOffset.UnixEpoch;

    public static DateTimeOffset? TimeOrNull(this JsonElement json, string name) => json.Find(name)?.GetDateTimeOffset();

    /// <summary>A document of somebody else's; empty where there is none.</summary>
    public static RawJson Document(this JsonElement json, string name) => json.Find(name) is { } member ? JsonInput.Copy(member) : default;

    public static RawJson[] Documents(this JsonElement json, string name) => [.. json.Entries(name).Select(JsonInput.Copy)];

    public static string[] Strings(this JsonElement json, string name) => [.. json.Entries(name).Select(entry => entry.GetString()!)];

    /// <summary>The token of the next page; null on the last.</summary>
    public static string? NextPage(this JsonElement page) =>
        (page.Text("next_page_token") ?? page.Text("nextPageToken")) is { Length: > 0 } token ? token : null;
}
