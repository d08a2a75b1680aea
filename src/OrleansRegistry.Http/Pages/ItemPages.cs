using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>Answers that are one page of messages or feedback.</summary>
internal static class ItemPages
{
    public static Task SendMessagesAsync(HttpContext context, ItemPage<RawJson> page, int pageSize) =>
        SendAsync(context, "messages", page, pageSize, (answer, message) => answer.WriteDocumentAsync(context, message));

    public static async Task SendAsync<T>(HttpContext context, string name, ItemPage<T> page, int pageSize, Func<JsonAnswer, T, ValueTask> write)
    {
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray(name);
        foreach (var item in page.Items)
        {
            await write(answer, item);
            await answer.DrainAsync(context);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteNumber("first"u8, page.First);
        answer.Json.WritePageEnd(page.NextPageToken, pageSize, page.Total);
        await answer.SendObjectAsync(context);
    }

    /// <summary>The member <c>unreadable</c>: the ids that a page leaves out because their records cannot be read. Omitted when empty.</summary>
    public static void WriteUnreadable(this Utf8JsonWriter json, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0)
        {
            return;
        }

        json.WriteGiven("unreadable", ids);
    }

    /// <summary>The members <c>nextPageToken</c> (empty on the last page, as A2A has it), <c>pageSize</c> and <c>totalSize</c>.</summary>
    public static void WritePageEnd(this Utf8JsonWriter json, string? nextPageToken, int pageSize, long? total)
    {
        json.WriteString("nextPageToken"u8, nextPageToken ?? "");
        json.WriteNumber("pageSize"u8, pageSize);
        json.WriteGiven("totalSize", total);
    }
}
