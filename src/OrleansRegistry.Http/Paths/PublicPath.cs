using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Http;

/// <summary>
/// Paths of this registry as clients reach them: below the path of <see cref="RegistryHttpOptions.PublicUrl"/>, else below what the host or a named
/// proxy says comes before.
/// </summary>
internal static class PublicPath
{
    /// <param name="path">From its slash, escaped.</param>
    public static string Of(HttpContext context, string path)
    {
        var configured = context.RequestServices.GetRequiredService<IOptions<RegistryHttpOptions>>().Value.PublicUrl is { } url
            ? new Uri(url).AbsolutePath.TrimEnd('/')
            : "";
        return (configured.Length > 0 ? configured : context.Request.PathBase.ToUriComponent()) + path;
    }

    /// <summary>Where clients reach the registry, without a slash at the end: as configured, else as the request came.</summary>
    public static string UrlOf(RegistryHttpOptions options, HttpRequest request) =>
        options.PublicUrl?.TrimEnd('/') ?? $"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase.ToUriComponent()}";
}
