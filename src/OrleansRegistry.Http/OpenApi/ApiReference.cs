using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scalar.AspNetCore;

namespace OrleansRegistry.Http;

/// <summary>
/// <c>GET /docs</c>: the OpenAPI document for people, by Scalar. Its script comes from this server, and its page may load nothing from elsewhere.
/// </summary>
internal static class ApiReference
{
    private const string Path = "/docs";

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapScalarApiReference(Path, Configure);

    private static void Configure(ScalarOptions options, HttpContext context)
    {
        var path = context.Request.Path.Value!;
        options.Title = RegistryService.Name;
        options.OpenApiRoutePattern = path[..path.LastIndexOf(Path, StringComparison.OrdinalIgnoreCase)] + "/openapi/{documentName}.json";
        options.HideClientButton = true;
        options.DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools();
        options.Nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

        // Requests that are tried go to the document's server, which is the public URL where that is set.
        var server = context.RequestServices.GetRequiredService<IOptions<RegistryHttpOptions>>().Value.PublicUrl is { } url
            ? new Uri(url).GetLeftPart(UriPartial.Authority)
            : "";
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'self'; script-src 'self' 'nonce-{options.Nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
            + $"font-src 'self' data:; connect-src 'self' {server}; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
            + "frame-ancestors 'none'";
    }
}
