using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>Tells caches by which request headers an answer was chosen, sent or not: <c>Vary</c>.</summary>
/// <remarks>Source: RFC 9110, 12.5.5.</remarks>
internal static class VaryHeader
{
    public static void By(HttpResponse response, string header)
    {
        var known = response.Headers.Vary;
        if (!response.HasStarted && !known.ToString().Split(", ").Contains(header, StringComparer.OrdinalIgnoreCase))
        {
            response.Headers.Vary = known.Count == 0 ? header : $"{known}, {header}";
        }
    }
}
