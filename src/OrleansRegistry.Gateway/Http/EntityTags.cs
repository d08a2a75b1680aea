using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Gateway.Http;

/// <summary>An agent's entity tag is its revision, a task's its generation: <c>"17"</c>.</summary>
internal static class EntityTags
{
    public static void Set(HttpResponse response, long revision) => response.Headers.ETag = Format(revision);

    public static string Format(long revision) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    /// <summary>Whether a reader already has what <paramref name="tag"/> stands for.</summary>
    public static bool IsNotModified(HttpRequest request, string tag)
    {
        var known = request.Headers.IfNoneMatch;
        if (known.Count == 0)
        {
            return false;
        }

        return known == tag || Parse(known, "If-None-Match").Any(entry => entry.Tag == "*" || entry.Tag == tag);
    }

    /// <exception cref="RegistryException">It is no list of entity tags.</exception>
    public static IList<EntityTagHeaderValue> Parse(StringValues header, string name) =>
        EntityTagHeaderValue.TryParseStrictList(header.ToArray()!, out var tags)
            ? tags
            : throw RegistryException.Invalid(name, $"must be entity tags in double quotes, or *, and is '{header}'");

    /// <summary>The revision that a tag of <c>If-Match</c> stands for; one that no agent can have where it stands for none.</summary>
    public static long ToRevision(EntityTagHeaderValue tag) =>
        !tag.IsWeak && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : -1;
}
