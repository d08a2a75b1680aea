using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Http;

/// <summary>
/// Keeps web pages of others from acting on the registry through somebody's browser: by a name that is not this server's, and by unsafe methods from
/// an origin that is not allowed. Request lines and headers that are too long are refused here too, as the server's own refusal has no body.
/// </summary>
/// <remarks>Source: RFC 6454; Fetch Metadata Request Headers (W3C).</remarks>
internal sealed class RequestGuard(RequestDelegate next, ListeningHosts hosts, IOptions<RegistryHttpOptions> options)
{
    public const int MaxTargetLength = 8 * 1024;
    public const int MaxHeaderLength = 32 * 1024;

    private readonly CorsPolicy? cors = CorsRules.Policy(options.Value);
    private readonly string? publicOrigin = options.Value.PublicUrl is { } url ? new Uri(url).GetLeftPart(UriPartial.Authority) : null;

    public Task InvokeAsync(HttpContext context) => Refusal(context) is { } refusal ? refusal.SendAsync(context) : next(context);

    private RegistryProblem? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (!hosts.Allows(request.Host))
        {
            return new RegistryProblem(
                StatusCodes.Status400BadRequest,
                $"Host: '{request.Host}' is not a name of this server; "
                    + "set REGISTRY_ALLOWED_HOSTS or REGISTRY_PUBLIC_URL to the names by which it is called",
                "Host");
        }

        if (IsTooLong(context))
        {
            return new RegistryProblem(
                StatusCodes.Status414UriTooLong,
                $"The path and query have more than {MaxTargetLength:N0} characters; POST /agents/search takes long filters.");
        }

        if (AreTooLong(request.Headers))
        {
            return new RegistryProblem(
                StatusCodes.Status431RequestHeaderFieldsTooLarge, $"The headers have more than {MaxHeaderLength:N0} characters.");
        }

        if (IsSafe(request.Method) || IsOwn(request))
        {
            return null;
        }

        var origin = request.Headers.Origin.Count > 0 ? request.Headers.Origin.ToString() : "another site";
        return new RegistryProblem(
            StatusCodes.Status403Forbidden,
            $"Origin: a page of '{origin}' may not {request.Method} here; REGISTRY_CORS_ORIGINS names the origins that may",
            "Origin");
    }

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private bool IsOwn(HttpRequest request)
    {
        if (cors?.AllowAnyOrigin == true)
        {
            return true;
        }

        var origin = request.Headers.Origin;
        if (origin.Count == 0)
        {
            // Not a browser, or one that says where the request comes from in another way. "none" is the user's own doing.
            var site = request.Headers["Sec-Fetch-Site"];
            return site.Count == 0 || (site.Count == 1 && site[0] is "same-origin" or "none");
        }

        return origin.Count == 1
            && origin[0] is { } asked
            && (IsSameHost(asked, request.Host) || asked == publicOrigin || cors?.IsOriginAllowed(asked) == true);
    }

    /// <summary>The scheme is not compared: behind a proxy that ends TLS the two differ.</summary>
    private static bool IsSameHost(string origin, HostString host)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return false;
        }

        var implied = uri.Scheme == "https" ? 443 : 80;
        return uri.IdnHost.Equals(host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase) && uri.Port == (host.Port ?? implied);
    }

    private static bool IsTooLong(HttpContext context)
    {
        var request = context.Request;
        return (context.Features.Get<IHttpRequestFeature>()?.RawTarget.Length ?? 0) > MaxTargetLength
            || request.QueryString.Value?.Length > MaxTargetLength;
    }

    private static bool AreTooLong(IHeaderDictionary headers)
    {
        var length = 0;
        foreach (var (name, values) in headers)
        {
            for (var i = 0; i < values.Count; i++)
            {
                length += name.Length + (values[i]?.Length ?? 0);
            }
        }

        return length > MaxHeaderLength;
    }
}
