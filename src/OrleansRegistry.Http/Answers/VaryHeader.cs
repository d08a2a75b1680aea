using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace OrleansRegistry.Http;

/// <summary>Tells caches by which request headers an answer was chosen, sent or not: <c>Vary</c>.</summary>
/// <remarks>Source: RFC 9110, 12.5.5.</remarks>
internal static class VaryHeader
{
    public static void By(HttpResponse response, string header)
    {
        var known = response.Headers.Vary;
        if (!response.HasStarted && !Has(known, header))
        {
            response.Headers.Vary = known.Count == 0 ? header : $"{known}, {header}";
        }
    }

    /// <summary>The same by several, which nearly every request is answered by.</summary>
    /// <param name="headers">With a comma and a space between.</param>
    public static void ByAll(HttpResponse response, string headers)
    {
        var known = response.Headers.Vary;
        if (known is [var one] && ReferenceEquals(one, headers))
        {
            return;
        }

        if (known.Count == 0 && !response.HasStarted)
        {
            response.Headers.Vary = headers;
            return;
        }

        foreach (var header in headers.Split(", "))
        {
            By(response, header);
        }
    }

    private static bool Has(StringValues known, string header)
    {
        foreach (var some in known)
        {
            foreach (var part in some.AsSpan().Split(','))
            {
                if (some.AsSpan()[part].Trim().Equals(header, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
