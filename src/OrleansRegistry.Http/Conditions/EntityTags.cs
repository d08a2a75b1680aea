using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>
/// An agent's entity tag is its revision, a task's its generation: <c>"17"</c>. A task as A2A 0.3 spells it is another document, and has a tag of its
/// own, <c>"17-0.3"</c>; an agent of which more is known than its revision tells has <c>"17-0123456789abcdef"</c>. Writes take either.
/// </summary>
internal static class EntityTags
{
    /// <summary>Between an agent's revision and what else is in its tag: 16 hexadecimal digits.</summary>
    public const char Separator = '-';

    private const int SuffixLength = 17;
    private const string V03Suffix = "-0.3";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

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
    public static long ToRevision(EntityTagHeaderValue tag)
    {
        var text = tag.Tag.AsSpan().Trim('"');
        var isLonger = text.Length > SuffixLength && text[^SuffixLength] == Separator && text[^(SuffixLength - 1)..].IndexOfAnyExcept(Digits) < 0;
        return ToNumber(tag, isLonger ? text[..^SuffixLength] : text);
    }

    /// <summary>
    /// The generation in a tag of <c>If-Match</c>, for either format of the task; -1, which no task has, where the tag is not a generation.
    /// </summary>
    public static long ToGeneration(EntityTagHeaderValue tag)
    {
        var text = tag.Tag.AsSpan().Trim('"');
        return ToNumber(tag, text.EndsWith(V03Suffix, StringComparison.Ordinal) ? text[..^V03Suffix.Length] : text);
    }

    private static long ToNumber(EntityTagHeaderValue tag, ReadOnlySpan<char> text) =>
        !tag.IsWeak && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
