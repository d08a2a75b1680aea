using System.Net;
using System.Net.Sockets;
using IPNetwork = System.Net.IPNetwork;

namespace OrleansRegistry.Outbound;

/// <summary>
/// Which addresses the registry connects to where somebody else chose the URL (webhooks, agents): public ones, and those of networks that a setting
/// allows. All else would let a caller reach what only this machine can reach (SSRF).
/// </summary>
/// <param name="allowed">Networks beside the public addresses.</param>
internal sealed class OutboundAddresses(IReadOnlyList<IPNetwork> allowed)
{
    /// <summary>What of IPv4 is not public (IANA's registry of special-purpose addresses), and metadata services at public addresses.</summary>
    private static readonly IPNetwork[] NotPublic4 = Networks(
        "0.0.0.0/8", // this network, and unspecified
        "10.0.0.0/8",
        "100.64.0.0/10", // shared by carriers; Alibaba's metadata
        "127.0.0.0/8",
        "168.63.129.16/32", // Azure's host
        "169.254.0.0/16", // link-local; metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24", // 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4", // multicast
        "240.0.0.0/4"); // reserved, and broadcast

    /// <summary>Of IPv6, all outside of it is special: loopback, unspecified, link-local, unique-local, multicast and what is reserved.</summary>
    private static readonly IPNetwork Public6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] NotPublic6 = Networks(
        "2001::/23", // Teredo, which leads to an IPv4 address, and other protocols' own
        "2001:db8::/32",
        "2002::/16", // 6to4, which leads to an IPv4 address
        "3fff::/20");

    /// <summary>NAT64: the last four bytes are the IPv4 address that a connection leads to.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>The addresses that options name (<see cref="Setting"/>).</summary>
    public static OutboundAddresses Of(IReadOnlyList<string> networks) => new([.. networks.Select(Read).OfType<IPNetwork>()]);

    /// <summary>What a setting that allows networks can be.</summary>
    public static SettingKind<IReadOnlyList<string>> Setting { get; } =
        SettingKind.List("addresses or networks, such as `10.20.0.0/16;fd00:20::/32`", ";,", text => Read(text) is not null);

    /// <summary>Reads a network, such as <c>10.0.0.0/8</c>, or one address.</summary>
    /// <returns>Null where it is neither.</returns>
    public static IPNetwork? Read(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
        {
            return network;
        }

        // 10 alone is an address to .NET too.
        return IPAddress.TryParse(text, out var address) && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text)
            ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            : null;
    }

    /// <summary>Whether a connection to this address may be made.</summary>
    public bool Allows(IPAddress address)
    {
        var final = FinalOf(address);
        return IsIn(allowed, final) || IsPublic(final);
    }

    /// <summary>
    /// Whether the host of a URL is an address that is never connected to. A name is not: what it resolves to counts, each time.
    /// </summary>
    public bool Refuses(Uri url) =>
        url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 && IPAddress.TryParse(url.DnsSafeHost, out var address) && !Allows(address);

    /// <summary>Where a connection to the address ends, which may be an IPv4 address in an IPv6 one.</summary>
    private static IPAddress FinalOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        return Nat64.Contains(address) ? new IPAddress(address.GetAddressBytes().AsSpan(12)) : address;
    }

    private static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !IsIn(NotPublic4, address),
        AddressFamily.InterNetworkV6 => Public6.Contains(address) && !IsIn(NotPublic6, address),
        _ => false,
    };

    private static bool IsIn(IReadOnlyList<IPNetwork> networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static IPNetwork[] Networks(params ReadOnlySpan<string> texts)
    {
        var networks = new IPNetwork[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            networks[i] = IPNetwork.Parse(texts[i]);
        }

        return networks;
    }
}
