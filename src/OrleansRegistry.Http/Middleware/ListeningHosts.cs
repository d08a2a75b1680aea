using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace OrleansRegistry.Http;

/// <summary>
/// The names by which clients may call this server: loopback, the addresses it listens on, <see cref="RegistryHttpOptions.PublicUrl"/> and
/// <see cref="RegistryHttpOptions.AllowedHosts"/>. A web page whose name was pointed at this machine (DNS rebinding) calls by its own name, and is
/// refused.
/// </summary>
internal sealed class ListeningHosts(IServer server, IOptions<RegistryHttpOptions> options)
{
    private readonly List<StringSegment> named =
    [
        .. options.Value.AllowedHosts.Select(host => new StringSegment(host)),
        .. options.Value.PublicUrl is { } url ? [new StringSegment(new Uri(url).IdnHost)] : Array.Empty<StringSegment>(),
    ];

    private Listening? listening;

    public bool Allows(HostString host)
    {
        // No browser sends a request without a name; HTTP/1.0 and health probes do.
        if (!host.HasValue || host.Host.Length == 0)
        {
            return true;
        }

        var name = host.Host;
        if (name.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // The addresses are known once the server has started, so with the first request.
        var known = listening ??= Listening.On(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        return IPAddress.TryParse(name, out var address)
            ? IPAddress.IsLoopback(address) || known.Everywhere || known.Names.Contains(name) || IsNamed(host)
            : known.Names.Contains(name) || IsNamed(host);
    }

    private bool IsNamed(HostString host) => named.Count > 0 && HostString.MatchesAny(new StringSegment(host.Host), named);

    /// <param name="Everywhere">On every address of this machine: then any address may be one of them, behind a port mapping too.</param>
    private sealed record Listening(bool Everywhere, HashSet<string> Names)
    {
        public static Listening On(IEnumerable<string> addresses)
        {
            var everywhere = false;
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var bound in addresses.Select(BindingAddress.Parse).Where(bound => !bound.IsUnixPipe && !bound.IsNamedPipe))
            {
                var isAddress = IPAddress.TryParse(bound.Host.Trim('[', ']'), out var address);
                var isLoopback = isAddress ? IPAddress.IsLoopback(address!) : bound.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
                everywhere |= !isLoopback && (!isAddress || address!.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
                names.Add(bound.Host);
            }

            if (everywhere)
            {
                names.Add(Environment.MachineName);
                names.Add(Dns.GetHostName());
            }

            return new Listening(everywhere, names);
        }
    }
}
