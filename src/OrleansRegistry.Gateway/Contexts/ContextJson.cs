using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Gateway.Http;

namespace OrleansRegistry.Gateway.Contexts;

/// <summary>Writes contexts as answers show them.</summary>
internal static class ContextJson
{
    public static void Write(Utf8JsonWriter json, ContextRecord context)
    {
        WriteHead(json, context);
        json.WriteEndObject();
    }

    /// <summary>With its tasks.</summary>
    public static void Write(Utf8JsonWriter json, ContextSummary summary)
    {
        WriteHead(json, summary.Context);
        json.WriteNumber("taskCount"u8, summary.TaskCount);
        json.WriteStartArray("taskIds"u8);
        foreach (var id in summary.TaskIds)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static Task SendAsync(HttpContext http, ContextRecord context)
    {
        var answer = JsonAnswer.Rent();
        Write(answer.Json, context);
        return answer.SendAsync(http);
    }

    private static void WriteHead(Utf8JsonWriter json, ContextRecord context)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, context.Id);
        json.WriteString("owner"u8, context.Owner);
        json.WriteDocument("data", context.Data);
        json.WriteNumber("generation"u8, context.Generation);
        json.WriteTime("createdAt", context.CreatedAt);
        json.WriteTime("updatedAt", context.UpdatedAt);
        json.WriteNumber("messageCount"u8, context.MessageCount);
    }
}
