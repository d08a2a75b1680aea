using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>Finds the agents that a URL leads to, or whose card is from there.</summary>
internal static class UrlLookup
{
    private const int MaxLength = 2_000;

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is no URL.</exception>
    public static IEnumerable<AgentEntry> Find(TenantIndex index, string url)
    {
        if (url.Length is 0 or > MaxLength || InterfaceUrl.HostOf(url) is not { } host || url.Any(char.IsWhiteSpace))
        {
            throw RegistryException.Invalid("url", $"must be a URL of up to {MaxLength:N0} characters, or host:port");
        }

        var wanted = Plain(url);
        return index.All.After(null).Select(slot => slot.Entry).OfType<AgentEntry>()
            .Where(entry => IsFrom(entry, wanted) || (entry.Hosts.Contains(host, StringComparer.Ordinal) && IsAt(entry, wanted)));
    }

    private static bool IsFrom(AgentEntry entry, string wanted) => entry.Record.Source is { } source && Plain(source.Url) == wanted;

    private static bool IsAt(AgentEntry entry, string wanted)
    {
        using var card = JsonDocument.Parse(entry.Record.Card.Utf8, JsonInput.Stored);
        return CardInterfaces.Of(card.RootElement).Any(found => Plain(found.Url) == wanted);
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
