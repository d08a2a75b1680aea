using System.Buffers;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansRegistry.Http;

/// <summary>
/// What a client put into the path of its request, taken from the request line. The decoded path can't tell <c>%2F</c> from
/// <c>%252F</c>, nor <c>%3A</c> from <c>:</c>.
/// </summary>
internal static class RawPath
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The id in a route parameter, which the registry validates.</summary>
    /// <param name="field">How to call it in an error.</param>
    /// <param name="segmentsAfter">How many path segments follow the id's.</param>
    /// <exception cref="RegistryException">The id is invalid, or the path is ambiguous.</exception>
    public static string Id(HttpContext context, string field, int segmentsAfter = 0, string parameter = "id") =>
        Id(context, field, segmentsAfter, suffix: "", static () => throw new UnreachableException(), parameter);

    /// <summary>The id in a route parameter that an action may follow.</summary>
    /// <param name="suffix">What must literally follow the id in its segment, such as <c>:enable</c>.</param>
    /// <param name="noAction">Where the suffix is there but escaped: it is part of an id then, and no action.</param>
    /// <exception cref="RegistryException">The id is invalid, or the path is ambiguous.</exception>
    public static string Id(
        HttpContext context, string field, int segmentsAfter, string suffix, Func<HttpProblemException> noAction, string parameter = "id")
    {
        var routed = (string)context.Request.RouteValues[parameter]!;
        var segment = SegmentFromEnd(Target(context), segmentsAfter);
        if (suffix.Length > 0)
        {
            if (!segment.EndsWith(suffix, StringComparison.Ordinal))
            {
                throw noAction();
            }

            segment = segment[..^suffix.Length];
        }

        if (segment is IdInQuery.Mark)
        {
            return IdInQuery.Read(context.Request, parameter);
        }

        IdInQuery.Refuse(context.Request, parameter);

        // The server resolves dot segments and escapes in its own way: where that and the request line differ, the path is ambiguous,
        // and guessing could name the wrong thing.
        var id = !segment.Contains('%') && segment.SequenceEqual(routed) ? routed : Decode(segment, field);
        if (!ReferenceEquals(id, routed) && !SameButForSlashes(id, routed))
        {
            throw RegistryException.Invalid(
                field, "can't be told from this path: it holds '.' or '..' segments, or escapes that can be read in two ways");
        }

        return id;
    }

    /// <summary>All that follows the first path segment of the gateway's own, decoded; of a path that begins otherwise, empty.</summary>
    public static string Rest(HttpContext context, string field)
    {
        var target = Target(context);
        for (var skip = Slashes(RoutedBase.Of(context).Value) + 1; skip > 0; skip--)
        {
            var next = target.Length > 1 ? target[1..].IndexOf('/') : -1;
            if (next < 0)
            {
                return "";
            }

            target = target[(next + 1)..];
        }

        if (target[1..] is IdInQuery.Mark)
        {
            return IdInQuery.Read(context.Request, field);
        }

        IdInQuery.Refuse(context.Request, field);
        return Decode(target[1..], field);
    }

    /// <summary>The path of the request line, from its first slash.</summary>
    public static ReadOnlySpan<char> Target(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        var target = (string.IsNullOrEmpty(raw) ? context.Request.Path.ToUriComponent() : raw).AsSpan();
        var end = target.IndexOfAny('?', '#');
        target = end < 0 ? target : target[..end];
        if (target.StartsWith("/"))
        {
            return target;
        }

        var authority = target.IndexOf("://");
        if (authority < 0)
        {
            return [];
        }

        target = target[(authority + 3)..];
        var path = target.IndexOf('/');
        return path < 0 ? [] : target[path..];
    }

    private static ReadOnlySpan<char> SegmentFromEnd(ReadOnlySpan<char> target, int after)
    {
        if (target.EndsWith("/"))
        {
            target = target[..^1];
        }

        for (; after > 0; after--)
        {
            target = target[..Math.Max(0, target.LastIndexOf('/'))];
        }

        return target[(target.LastIndexOf('/') + 1)..];
    }

    private static string Decode(ReadOnlySpan<char> text, string field)
    {
        if (!text.Contains('%'))
        {
            return text.ToString();
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var length = 0;
            while (text.Length > 0)
            {
                var plain = text.IndexOf('%');
                plain = plain < 0 ? text.Length : plain;
                length += Encoding.UTF8.GetBytes(text[..plain], buffer.AsSpan(length));
                text = text[plain..];
                if (text.Length == 0)
                {
                    break;
                }

                if (text.Length < 3 || Convert.FromHexString(text.Slice(1, 2), buffer.AsSpan(length, 1), out _, out _) != OperationStatus.Done)
                {
                    throw RegistryException.Invalid(field, "the path holds '%' without two hexadecimal digits; write the character itself as %25");
                }

                length++;
                text = text[3..];
            }

            return Strict.GetString(buffer, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw RegistryException.Invalid(field, "the escapes of the path are not valid UTF-8");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool SameButForSlashes(string decoded, string routed) =>
        string.Equals(Slashed(decoded), Slashed(routed), StringComparison.Ordinal);

    private static string Slashed(string text) => text.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static int Slashes(string? text) => text.AsSpan().Count('/');
}
