using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace OrleansRegistry.Http;

/// <summary>
/// Takes the client's address, scheme, host and prefix from <c>X-Forwarded-For</c>, <c>-Proto</c>, <c>-Host</c> and <c>-Prefix</c>, where the
/// connection is that of a proxy of <see cref="RegistryHttpOptions.TrustedProxies"/>. The host is checked after that, as any other.
/// </summary>
internal static class TrustedProxies
{
    /// <summary>Whether this is an address or a network.</summary>
    public static bool IsOne(string text) => ReadAddress(text) is not null || IPNetwork.TryParse(text, out _);

    public static void Use(IApplicationBuilder application, IReadOnlyList<string> proxies)
    {
        if (proxies.Count == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.All,

            // As many as there are named proxies in a row: the first that is not named is the client.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            if (ReadAddress(proxy) is { } address)
            {
                options.KnownProxies.Add(address);
            }
            else
            {
                options.KnownIPNetworks.Add(IPNetwork.Parse(proxy));
            }
        }

        application.Use((context, next) =>
        {
            context.Features.Set(new RoutedBase(context.Request.PathBase));
            context.Features.Set(new PeerAddress(context.Connection.RemoteIpAddress));
            return next(context);
        });
        application.UseForwardedHeaders(options);
        application.Use((context, next) =>
        {
            if (context.Request.PathBase != RoutedBase.Of(context))
            {
                context.Request.PathBase = Prefix(context.Request.PathBase);
            }

            return next(context);
        });
    }

    /// <summary>A prefix that begins with two slashes would lead to another host.</summary>
    private static PathString Prefix(PathString sent) =>
        sent.Value!.Trim('/') is { Length: > 0 } path ? new PathString("/" + path) : PathString.Empty;

    /// <summary>An address as it is written; 10 alone is one to .NET too.</summary>
    public static IPAddress? ReadAddress(string text) =>
        IPAddress.TryParse(text, out var address) && (text.Contains(':') || address.ToString() == text) ? address : null;
}

/// <summary>What the host took off a request's path, before a proxy's prefix, which never was in it, was put there.</summary>
internal sealed record RoutedBase(PathString Value)
{
    public static PathString Of(HttpContext context) => context.Features.Get<RoutedBase>()?.Value ?? context.Request.PathBase;
}
