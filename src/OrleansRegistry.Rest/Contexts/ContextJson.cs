using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Contexts;

/// <summary>Writes contexts as answers show them.</summary>
internal static class ContextJson
{
    public static async ValueTask WriteAsync(JsonAnswer answer, HttpContext http, ContextRecord context)
    {
        await WriteHeadAsync(answer, http, context);
        if (context.Repeated)
        {
            answer.Json.WriteBoolean("repeated"u8, true);
        }

        answer.Json.WriteEndObject();
    }

    /// <summary>With its tasks.</summary>
    public static async ValueTask WriteAsync(JsonAnswer answer, HttpContext http, ContextSummary summary)
    {
        await WriteHeadAsync(answer, http, summary.Context);
        var json = answer.Json;
        json.WriteNumber("taskCount"u8, summary.TaskCount);
        json.WriteGiven("taskIds", summary.TaskIds);
        json.WriteEndObject();
    }

    public static async Task SendAsync(HttpContext http, ContextRecord context)
    {
        var answer = JsonAnswer.Rent();
        await WriteAsync(answer, http, context);
        await answer.SendAsync(http);
    }

    private static async ValueTask WriteHeadAsync(JsonAnswer answer, HttpContext http, ContextRecord context)
    {
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteString("id"u8, context.Id);
        json.WriteString("owner"u8, context.Owner);
        await answer.WriteDocumentAsync(http, "data", context.Data);
        json.WriteNumber("generation"u8, context.Generation);
        json.WriteTime("createdAt", context.CreatedAt);
        json.WriteTime("updatedAt", context.UpdatedAt);
        json.WriteNumber("messageCount"u8, context.MessageCount);
    }
}
