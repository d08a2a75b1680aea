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
        if (GrpcAddress(context.Request) is { } grpc)
        {
            // One address for all agents: the tenant says which.
            all.Add(new(grpc, "GRPC", "1.0", agentId));
        }

        all.Add(new(url, "JSONRPC", "0.3"));
        return all;
    }

    /// <summary>
    /// As configured; else that of a request which came over TLS to this server itself, where gRPC is too. What a proxy passes on, the registry does
    /// not know.
    /// </summary>
    private string? GrpcAddress(HttpRequest request)
    {
        if (options.Value.GrpcAddress is { } address)
        {
            return address;
        }

        var isDirect = http.Value is { PublicUrl: null, TrustedProxies.Count: 0 };
        return isDirect && request.IsHttps ? $"{new HostString(request.Host.Host).ToUriComponent()}:{request.Host.Port ?? 443}" : null;
    }
}
