using System.Buffers;
using System.Globalization;

namespace OrleansRegistry.Directory;

/// <summary>
/// Where a card says that its agent is reached. <see cref="Uri"/> alone is lenient: it mends slashes, trims, and takes hosts that no name server has.
/// </summary>
/// <remarks>Source: RFC 3986; RFC 9110, 4.2.</remarks>
internal static class InterfaceUrl
{
    // What no URL holds unescaped. Letters of other scripts are left to the clients (RFC 3987).
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(" \t\r\n\\\"<>^`{|}\u007F");

    private static readonly string[] Schemes = ["https://", "http://"];

    /// <summary>Whether it is an absolute http or https URL with a host, and without a user.</summary>
    public static bool IsHttp(string text)
    {
        if (Schemes.FirstOrDefault(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) is not { Length: var authority }
            || text.AsSpan().ContainsAny(Forbidden) || text.Any(char.IsControl) || !Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            return false;
        }

        var end = text.AsSpan(authority).IndexOfAny('/', '?', '#');
        var host = end < 0 ? text.AsSpan(authority) : text.AsSpan(authority, end);
        return !host.Contains('@') && !host.EndsWith(":") && IsHost(uri.IdnHost) && HasValidEscapes(text) && uri.Port is > 0 and <= ushort.MaxValue;
    }

    /// <summary>Whether it is <c>host:port</c>, as gRPC clients take it.</summary>
    public static bool IsHostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= ushort.MaxValue
            && (text[..colon].Contains(':') ? text[0] == '[' && text[colon - 1] == ']' && IsHost(text[1..(colon - 1)]) : IsHost(text[..colon]));
    }

    /// <summary>The host of a URL or of <c>host:port</c>, in lower case and without brackets; null where there is none.</summary>
    public static string? HostOf(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? Plain(uri.IdnHost) : null;
        }

        var end = text.IndexOfAny(['/', '?', '#']);
        var host = end < 0 ? text : text[..end];
        var port = host.LastIndexOf(':');
        return Plain(port > host.IndexOf(']', StringComparison.Ordinal) ? host[..port] : host);

        static string? Plain(string host) => host.Trim('[', ']') is { Length: > 0 } plain ? plain.ToLowerInvariant() : null;
    }

    private static bool IsHost(string host) => host.Length > 0 && !host.Contains("..", StringComparison.Ordinal) && host[0] != '.'
        && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6;

    private static bool HasValidEscapes(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                return false;
            }
        }

        return true;
    }
}
