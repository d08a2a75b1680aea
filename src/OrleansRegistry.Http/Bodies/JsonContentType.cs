using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>Which request bodies are JSON by their headers: <c>application/json</c> and <c>application/*+json</c>, in UTF-8.</summary>
internal static class JsonContentType
{
    public const string Json = "application/json";

    /// <exception cref="HttpProblemException">415: it is not, and what to send.</exception>
    public static void Demand(HttpRequest request)
    {
        var type = request.ContentType;
        if (type is not (Json or "application/json; charset=utf-8") && !IsJson(type))
        {
            var got = string.IsNullOrEmpty(type) ? "Content-Type is missing" : $"Content-Type is '{type}'";
            throw Unsupported($"{got}: send application/json in UTF-8", "Content-Type");
        }
    }

    /// <exception cref="HttpProblemException">415: it is compressed.</exception>
    public static void DemandPlain(HttpRequest request)
    {
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            throw Unsupported($"Content-Encoding is '{encoding}': send the body as it is", "Content-Encoding");
        }
    }

    private static HttpProblemException Unsupported(string detail, string field) =>
        new(StatusCodes.Status415UnsupportedMediaType, detail, field) { Header = (HeaderNames.Accept, Json) };

    private static bool IsJson(string? type) =>
        MediaTypeHeaderValue.TryParse(type, out var parsed)
        && parsed.Type.Equals("application", StringComparison.OrdinalIgnoreCase)
        && (parsed.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || parsed.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
        && (!parsed.Charset.HasValue || IsUtf8(HeaderUtilities.RemoveQuotes(parsed.Charset)));

    private static bool IsUtf8(StringSegment charset) =>
        charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("utf8", StringComparison.OrdinalIgnoreCase);
}
