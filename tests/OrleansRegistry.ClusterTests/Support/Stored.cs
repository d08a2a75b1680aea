using System.Text.Json;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.ClusterTests;

/// <summary>What answers of the cluster tell of tasks and contexts.</summary>
internal static class Stored
{
    /// <summary>The messages of a task or context that nobody changes any more; a call whose client has gone may still be under way.</summary>
    public static async Task<IReadOnlyList<string>> MessagesAsync(Client client, int replica, string path)
    {
        IReadOnlyList<string> messages = [];
        await Eventually.TrueAsync(
            async () =>
            {
                var before = (await client.SendAsync(replica, HttpMethod.Get, path)).Body;
                messages = await PagesAsync(client, replica, path);
                return CountOf(before) == messages.Count
                    && GenerationOf(before) == GenerationOf((await client.SendAsync(replica, HttpMethod.Get, path)).Body);
            },
            $"as many messages of {path} as it says");
        return messages;
    }

    public static async Task<IReadOnlyList<string>> PagesAsync(Client client, int replica, string path)
    {
        var ids = new List<string>();
        for (var token = ""; ;)
        {
            var page = await client.SendAsync(replica, HttpMethod.Get, $"{path}/messages?page_size=500{token}");
            Assert.Equal(Outcome.Done, page.Outcome);
            ids.AddRange(page.Body.GetProperty("messages").EnumerateArray().Select(MessageIdOf));
            if (page.Body.GetProperty("nextPageToken").GetString() is not { Length: > 0 } next)
            {
                return ids;
            }

            token = $"&page_token={Uri.EscapeDataString(next)}";
        }
    }

    public static string MessageIdOf(JsonElement message) => message.GetProperty("messageId").GetString()!;

    /// <summary>Null of a context, which has none.</summary>
    public static string? StateOf(JsonElement body) => body.TryGetProperty("status", out var status) ? status.GetProperty("state").GetString() : null;

    private static long CountOf(JsonElement body) =>
        body.TryGetProperty("historyCount", out var count) || body.TryGetProperty("messageCount", out count) ? count.GetInt64() : -1;

    /// <summary>The generation that it has, or that a refusal names; 0 where there is neither.</summary>
    public static long GenerationOf(JsonElement body) => body.ValueKind != JsonValueKind.Object ? 0
        : body.TryGetProperty("generation", out var made) || body.TryGetProperty("current_generation", out made) ? made.GetInt64() : 0;
}

/// <summary>The messages of a task or context, each of which made one generation.</summary>
/// <param name="Before">The generation before that of the first.</param>
internal sealed record StoredLog(IReadOnlyList<string> Messages, long Before)
{
    /// <summary>The generation of the last.</summary>
    public long Last => Before + Messages.Count;
}
