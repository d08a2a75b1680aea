using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.A2A.HttpJson;

/// <summary>Answers of the HTTP+JSON binding: <c>application/a2a+json</c>, or <c>application/json</c> for a client that accepts only that.</summary>
/// <remarks>Source: A2A 1.0, 11.1, 11.4, 14.1.1.</remarks>
internal static class HttpJsonAnswers
{
    public const string MediaType = "application/a2a+json";

    /// <summary>The media type of the answer.</summary>
    public static string TypeFor(HttpRequest request)
    {
        if (request.Headers.Accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
        {
            return MediaType;
        }

        var takesPlain = false;
        foreach (var range in accepted)
        {
            // Word for word: to the framework application/json takes every +json too.
            if (range.MatchesAllSubTypes || range.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase))
            {
                return MediaType;
            }

            takesPlain |= range.MediaType.Equals(JsonContentType.Json, StringComparison.OrdinalIgnoreCase);
        }

        return takesPlain ? JsonContentType.Json : MediaType;
    }

    /// <summary>Answers 200.</summary>
    /// <param name="write">Writes the body, which is sent as it is written where it grows large.</param>
    public static async Task SendAsync(HttpContext context, Func<JsonAnswer, ProtocolWriter, ValueTask> write)
    {
        VaryHeader.By(context.Response, HeaderNames.Accept);
        var type = TypeFor(context.Request);
        context.Response.ContentType = type;
        var answer = JsonAnswer.Rent();
        await write(answer, answer.Writer(context));
        await answer.SendAsync(context, contentType: type);
    }

    public static Task SendTaskAsync(HttpContext context, TaskRecord task) => SendAsync(context, (_, writer) => writer.WriteTaskAsync(task));
}
