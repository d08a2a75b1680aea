using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>
/// <c>X-Registry-Revision</c>. On an answer: the registry revision that the answer is at least as new as; of a write, its own.
/// On a request: answer only once this node has seen that revision.
/// </summary>
internal static class RevisionHeader
{
    public const string Name = "X-Registry-Revision";

    // Reads far outnumber writes, so the text of the newest revision is nearly always the one of the read before.
    private static Formatted last = new(0, "0");

    public static void Set(HttpResponse response, long revision)
    {
        var formatted = Volatile.Read(ref last);
        if (formatted.Revision != revision)
        {
            formatted = new Formatted(revision, revision.ToString(CultureInfo.InvariantCulture));
            Volatile.Write(ref last, formatted);
        }

        response.Headers[Name] = formatted.Text;
    }

    /// <summary>The revision that the request asks to wait for, or null.</summary>
    public static long? Read(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Name, out var values))
        {
            return null;
        }

        return values.Count == 1 && long.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw RegistryException.Invalid(Name, $"must be one non-negative integer, not '{values}'");
    }

    private sealed record Formatted(long Revision, string Text);
}
