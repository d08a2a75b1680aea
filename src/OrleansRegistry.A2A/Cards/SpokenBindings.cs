using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.A2A.Cards;

/// <summary>The interfaces at which the registry speaks for an agent.</summary>
internal sealed class SpokenBindings(IOptions<RegistryA2AOptions> options, IOptions<RegistryHttpOptions> http)
{
    /// <param name="url">Of the agent.</param>
    public IReadOnlyList<FrontedInterface> Of(HttpContext context, string url, string agentId)
    {
        var all = new List<FrontedInterface> { new(url, "JSONRPC", "1.0"), new(url, "HTTP+JSON", "1.0") };
        if (GrpcAddress(context.Request, new Uri(url)) is { } grpc)
        {
            // One address for all agents: the tenant says which.
            all.Add(new(grpc, "GRPC", "1.0", agentId));
        }

        all.Add(new(url, "JSONRPC", "0.3"));
        return all;
    }

    /// <summary>
    /// As configured; else that of a request which came over TLS to this server itself, where gRPC is too; else the port in clear text. What a proxy
    /// passes on, the registry does not know.
    /// </summary>
    private string? GrpcAddress(HttpRequest request, Uri url)
    {
        if (options.Value.GrpcAddress is { } address)
        {
            return address;
        }

        var isDirect = http.Value is { PublicUrl: null, TrustedProxies.Count: 0 };
        if (isDirect && request.IsHttps)
        {
            return $"{new HostString(request.Host.Host).ToUriComponent()}:{request.Host.Port ?? 443}";
        }

        // Nobody else reaches a port of this machine alone.
        return options.Value.GrpcClearText is { } port && (url.IsLoopback || !IPAddress.IsLoopback(port.Address))
            ? string.Create(CultureInfo.InvariantCulture, $"{url.Host}:{port.Port}")
            : null;
    }
}
