using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansRegistry.Http;

/// <summary>
/// Refuses paths that reach another thing than they name: the server takes <c>.</c> and <c>..</c> segments out before it routes, so that
/// <c>DELETE /tasks/.</c> would be <c>DELETE /tasks</c>.
/// </summary>
internal static class PathCheck
{
    // An extension's uri has slashes of its own.
    private const string Extensions = "/extensions/";

    /// <exception cref="RegistryException">A segment is <c>.</c> or <c>..</c>, escaped or not, or is empty.</exception>
    public static void Demand(HttpContext context)
    {
        if (FaultOf(context) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>What <see cref="Demand"/> would throw; null where the path is honest.</summary>
    public static RegistryException? FaultOf(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(raw) || !MayMislead(raw))
        {
            return null;
        }

        var target = RawPath.Target(context);
        if (context.Request.Path.StartsWithSegments("/extensions", StringComparison.Ordinal) && target.Contains(Extensions, StringComparison.Ordinal))
        {
            target = target[..target.IndexOf(Extensions, StringComparison.Ordinal)];
        }

        var isFirst = true;
        foreach (var range in target.Split('/'))
        {
            var segment = target[range];
            var isLast = range.End.Value == target.Length;
            if (IsDots(segment))
            {
                return RegistryException.Invalid("path", "holds a '.' or '..' segment: no id is one, and what it names would be another thing");
            }

            if (segment.Length == 0 && !isFirst && !isLast)
            {
                return RegistryException.Invalid("path", "holds an empty segment, '//': an id is missing, or a slash of an id is not written %2F");
            }

            isFirst = false;
        }

        return null;
    }

    /// <summary>A quick look, which most paths pass.</summary>
    private static bool MayMislead(string raw) =>
        raw.Contains("/.", StringComparison.Ordinal)
        || raw.Contains("//", StringComparison.Ordinal)
        || raw.Contains("%2e", StringComparison.OrdinalIgnoreCase);

    private static bool IsDots(ReadOnlySpan<char> segment)
    {
        var dots = 0;
        while (segment.Length > 0)
        {
            var isEscaped = segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase);
            if ((segment[0] != '.' && !isEscaped) || ++dots > 2)
            {
                return false;
            }

            segment = segment[(isEscaped ? "%2e".Length : 1)..];
        }

        return dots > 0;
    }
}
