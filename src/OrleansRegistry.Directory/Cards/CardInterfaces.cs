using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>One way to reach an agent, as its card gives it.</summary>
/// <param name="Url">Not empty; not checked to be a URL.</param>
/// <param name="Binding"><c>JSONRPC</c>, <c>HTTP+JSON</c>, <c>GRPC</c>, or whatever else the card says; null where it says nothing.</param>
/// <param name="Version">The A2A version; null where the card says nothing.</param>
/// <param name="Tenant">What clients put into <c>tenant</c> of each request; null for nothing.</param>
internal sealed record CardInterface(string Url, string? Binding, string? Version, string? Tenant)
{
    /// <summary>Whether it speaks a version before 1.0; where the card says nothing, the agent is of that time.</summary>
    public bool IsBeforeV10 => Version is null || Version.StartsWith("0.", StringComparison.Ordinal);
}

/// <summary>The interfaces that a card names, in its order of preference, as far as they can be read; judges nothing.</summary>
/// <remarks>
/// A2A 1.0, 4.4.6: <c>supportedInterfaces</c>. A2A 0.3: <c>url</c> with <c>preferredTransport</c>, then <c>additionalInterfaces</c>.
/// </remarks>
internal static class CardInterfaces
{
    private static readonly string[] Bindings = ["JSONRPC", "HTTP+JSON", "GRPC"];

    public static IEnumerable<CardInterface> Of(JsonElement card)
    {
        foreach (var found in Listed(card, "supportedInterfaces", null))
        {
            yield return found;
        }

        var version = Text(card, "protocolVersion");
        if (Text(card, "url") is { } url)
        {
            yield return new CardInterface(url, BindingOf(Text(card, "preferredTransport")), version, null);
        }

        foreach (var found in Listed(card, "additionalInterfaces", version))
        {
            yield return found;
        }
    }

    /// <summary>
    /// Whether the registry could be the interface's client: a card that names no binding means JSON-RPC. HTTP+JSON before 1.0 was another protocol.
    /// </summary>
    public static bool IsForwardable(CardInterface found) => InterfaceUrl.IsHttp(found.Url)
        && (found.Binding is null or "JSONRPC" || (found.Binding == "HTTP+JSON" && !found.IsBeforeV10));

    public static CardReach ReachOf(JsonElement card) => ReachOf(Of(card));

    public static CardReach ReachOf(IEnumerable<CardInterface> interfaces)
    {
        var reach = CardReach.Nowhere;
        foreach (var found in interfaces)
        {
            if (IsForwardable(found))
            {
                return CardReach.Forwardable;
            }

            reach = CardReach.Elsewhere;
        }

        return reach;
    }

    public static string[] HostsOf(IEnumerable<CardInterface> interfaces)
    {
        var hosts = new OrderedSet();
        foreach (var found in interfaces)
        {
            hosts.Add(InterfaceUrl.HostOf(found.Url) ?? "");
        }

        return hosts.ToArray();
    }

    /// <summary>Cards spell A2A's own bindings in several ways: <c>jsonrpc</c>, <c>HTTP_JSON</c>.</summary>
    public static string? BindingOf(string? text)
    {
        var plain = text?.Replace('_', '+');
        return Bindings.FirstOrDefault(known => string.Equals(known, plain, StringComparison.OrdinalIgnoreCase)) ?? text;
    }

    private static IEnumerable<CardInterface> Listed(JsonElement card, string name, string? version)
    {
        if (card.ValueKind != JsonValueKind.Object || !CardJson.TryGet(card, name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (var item in list.EnumerateArray())
        {
            if (Text(item, "url") is { } url)
            {
                var binding = BindingOf(Text(item, "protocolBinding") ?? Text(item, "transport"));
                yield return new CardInterface(url, binding, Text(item, "protocolVersion") ?? version, Text(item, "tenant"));
            }
        }
    }

    private static string? Text(JsonElement owner, string name)
    {
        if (owner.ValueKind != JsonValueKind.Object || !CardJson.TryGet(owner, name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = value.GetString();
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }
}
