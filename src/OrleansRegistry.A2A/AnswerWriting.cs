using Microsoft.AspNetCore.Http;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A;

/// <summary>Results as both JSON bindings write them.</summary>
internal static class AnswerWriting
{
    /// <summary>Writes into an answer, which sends large documents from their own bytes.</summary>
    public static ProtocolWriter Writer(this JsonAnswer answer, HttpContext context) =>
        new(answer.Json, document => answer.WriteDocumentAsync(context, document));

    /// <summary>A <c>SendMessageResponse</c>: one of <c>task</c> and <c>message</c>.</summary>
    public static ValueTask WriteSentAsync(ProtocolWriter writer, SendMessageResult result) => writer.WriteAsync(result.Message.IsEmpty
        ? new StreamItem.OfTask(result.Task)
        : new StreamItem.OfMessage(result.Message, result.Task.ContextId));

    /// <summary>A <c>ListTasksResponse</c>, all members of which are always there.</summary>
    public static async ValueTask WriteListAsync(JsonAnswer answer, ProtocolWriter writer, TaskPage page, int pageSize)
    {
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteStartArray("tasks"u8);
        foreach (var task in page.Tasks)
        {
            await writer.WriteTaskAsync(task);
        }

        json.WriteEndArray();
        json.WriteString("nextPageToken"u8, page.NextPageToken ?? "");
        json.WriteNumber("pageSize"u8, pageSize);
        json.WriteNumber("totalSize"u8, page.Total ?? page.Tasks.Count);
        json.WriteEndObject();
    }

    public static void WriteConfigs(JsonAnswer answer, PushConfigPage page)
    {
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteStartArray("configs"u8);
        foreach (var config in page.Configs)
        {
            PushConfigJson.Write(json, page.TaskId, config);
        }

        json.WriteEndArray();
        json.WriteString("nextPageToken"u8, page.NextPageToken);
        json.WriteEndObject();
    }
}
