using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>
/// An agent's entity tag is its revision, a task's its generation: <c>"17"</c>. A task as A2A 0.3 spells it is another document, and has a tag of its
/// own, <c>"17-0.3"</c>. Writes take either.
/// </summary>
internal static class EntityTags
{
    private const string V03Suffix = "-0.3";

    public static void Set(HttpResponse response, long revision) => response.Headers.ETag = Format(revision);

    public static void Set(HttpResponse response, long generation, StateFormat format) => response.Headers.ETag = Format(generation, format);

    public static string Format(long revision) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    public static string Format(long generation, StateFormat format) =>
        format.IsV03 ? string.Create(CultureInfo.InvariantCulture, $"\"{generation}{V03Suffix}\"") : Format(generation);

    public static bool AreConditionsIn(HttpRequest request) => request.Headers.IfMatch.Count > 0 || request.Headers.IfNoneMatch.Count > 0;

    /// <summary>Whether the client already has the document with this <paramref name="tag"/>.</summary>
    public static bool IsNotModified(HttpRequest request, string tag)
    {
        var known = request.Headers.IfNoneMatch;
        if (known.Count == 0)
        {
            return false;
        }

        return known == tag || Parse(known, "If-None-Match").Any(entry => entry.Tag == "*" || entry.Tag == tag);
    }

    /// <exception cref="RegistryException">It is not a list of entity tags.</exception>
    public static IList<EntityTagHeaderValue> Parse(StringValues header, string name) =>
        EntityTagHeaderValue.TryParseStrictList(header.ToArray()!, out var tags)
            ? tags
            : throw RegistryException.Invalid(name, $"must be entity tags in double quotes, or *, not '{header}'");

    /// <summary>The revision in a tag of <c>If-Match</c>; -1, which no agent has, where the tag is not a revision.</summary>
    public static long ToRevision(EntityTagHeaderValue tag) => ToNumber(tag, suffix: "");

    /// <summary>
    /// The generation in a tag of <c>If-Match</c>, for either format of the task; -1, which no task has, where the tag is not a generation.
    /// </summary>
    public static long ToGeneration(EntityTagHeaderValue tag) => ToNumber(tag, V03Suffix);

    private static long ToNumber(EntityTagHeaderValue tag, string suffix)
    {
        var text = tag.Tag.AsSpan().Trim('"');
        text = suffix.Length > 0 && text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text;
        return !tag.IsWeak && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
    }
}
