using System.Net;
using Microsoft.AspNetCore.Http;
using IPNetwork = System.Net.IPNetwork;

namespace OrleansRegistry.Http;

/// <summary>From whom headers that say who calls are taken: the proxies that the settings name, or this machine where they name none.</summary>
internal sealed class HeaderProxies(IReadOnlyList<string> proxies)
{
    private readonly IPAddress[] addresses = [.. proxies.Select(TrustedProxies.ReadAddress).OfType<IPAddress>()];
    private readonly IPNetwork[] networks =
        [.. proxies.Where(proxy => TrustedProxies.ReadAddress(proxy) is null).Select(proxy => IPNetwork.Parse(proxy))];

    /// <summary>Whether the connection is that of one of them. A connection without an address is of this machine.</summary>
    public bool IsOne(HttpContext context)
    {
        var peer = context.Features.Get<PeerAddress>() is { } before ? before.Value : context.Connection.RemoteIpAddress;
        peer = peer is { IsIPv4MappedToIPv6: true } ? peer.MapToIPv4() : peer;
        return peer is null || (proxies.Count == 0
            ? IPAddress.IsLoopback(peer)
            : addresses.Contains(peer) || Array.Exists(networks, network => network.Contains(peer)));
    }
}

/// <summary>Whose connection it is, before a proxy said for whom it asks.</summary>
internal sealed record PeerAddress(IPAddress? Value);
