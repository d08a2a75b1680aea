using System.Buffers;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>Finds the agents that a URL leads to, or whose card is from there.</summary>
internal static class UrlLookup
{
    private const int MaxLength = 2_000;

    private static readonly SearchValues<char> Plainest =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is no URL.</exception>
    public static IEnumerable<AgentEntry> Find(TenantIndex index, string url)
    {
        if (url.Length is 0 or > MaxLength || InterfaceUrl.HostOf(url) is not { } host || url.Any(char.IsWhiteSpace))
        {
            throw RegistryException.Invalid("url", $"must be a URL of up to {MaxLength:N0} characters, or host:port");
        }

        var wanted = Plain(url);
        var part = LongestPart(wanted);
        var bytes = Encoding.UTF8.GetBytes(part);
        return index.All.After(null).Select(slot => slot.Entry).OfType<AgentEntry>()
            .Where(entry => IsFrom(entry, wanted, part) || (entry.Hosts.Contains(host, StringComparer.Ordinal) && IsAt(entry, wanted, bytes)));
    }

    private static bool IsFrom(AgentEntry entry, string wanted, string part) => entry.Record.Source is { } source
        && (source.Url.Contains(part, StringComparison.Ordinal) || source.Url.Contains('%', StringComparison.Ordinal))
        && Plain(source.Url) == wanted;

    /// <param name="part">Most cards of a host of many agents do not have this text, and need not be parsed.</param>
    private static bool IsAt(AgentEntry entry, string wanted, byte[] part)
    {
        var text = entry.Record.Card.Utf8.Span;
        if (text.IndexOf(part) < 0 && text.IndexOfAny((byte)'%', (byte)'\\') < 0)
        {
            return false;
        }

        using var card = JsonDocument.Parse(entry.Record.Card.Utf8, JsonInput.Stored);
        return CardInterfaces.Of(card.RootElement).Any(found => Plain(found.Url) == wanted);
    }

    /// <summary>
    /// The longest part of a URL's path or query that every text of that URL has as it is, unless it is escaped; empty where there is none.
    /// </summary>
    private static string LongestPart(string plain)
    {
        var scheme = plain.IndexOf("://", StringComparison.Ordinal);
        var path = scheme < 0 ? -1 : plain.IndexOf('/', scheme + 3);
        var longest = "";
        if (path < 0 || plain.Contains('%', StringComparison.Ordinal))
        {
            return longest;
        }

        for (var rest = plain.AsSpan(path); !rest.IsEmpty;)
        {
            rest = rest[(rest.IndexOfAny(Plainest) is var start and >= 0 ? start : rest.Length)..];
            var length = rest.IndexOfAnyExcept(Plainest) is var end and >= 0 ? end : rest.Length;
            longest = length > longest.Length ? rest[..length].ToString() : longest;
            rest = rest[length..];
        }

        return longest;
    }

    /// <summary>Without what makes no difference to where it leads.</summary>
    private static string Plain(string url)
    {
        if (!url.Contains("://", StringComparison.Ordinal) || !Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            return url.TrimEnd('/').ToLowerInvariant();
        }

        var port = uri.IsDefaultPort ? "" : $":{uri.Port}";
        return $"{uri.Scheme}://{uri.IdnHost.ToLowerInvariant()}{port}{uri.AbsolutePath.TrimEnd('/')}{uri.Query}";
    }
}
