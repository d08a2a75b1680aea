using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>
/// What every answer tells browsers: that a document is of the type that it says, and where this server speaks https alone, that its host is to be
/// called by that alone. Where it also speaks http, or a proxy does, a host that was called by https once could not be reached by http any more.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next, IServer server)
{
    private const string ForAYear = "max-age=31536000";

    private bool? isHttpsAlone;

    public Task InvokeAsync(HttpContext context)
    {
        Set(context.Response);
        if (context.Request.IsHttps && IsHttpsAlone)
        {
            context.Response.Headers.StrictTransportSecurity = ForAYear;
        }

        return next(context);
    }

    /// <summary>Sets what does not depend on the request: the framework clears the headers of what failed outside of an endpoint.</summary>
    public static void Set(HttpResponse response) => response.Headers.XContentTypeOptions = "nosniff";

    /// <summary>The addresses are known with the first request.</summary>
    private bool IsHttpsAlone => isHttpsAlone ??= (server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []) is { Count: > 0 } addresses
        && addresses.All(address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase));
}
