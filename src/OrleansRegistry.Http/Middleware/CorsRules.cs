using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>Which web pages may read answers and send unsafe requests.</summary>
internal static class CorsRules
{
    public const string Anyone = "*";

    /// <summary>The extensions that an A2A answer was made with.</summary>
    public const string ExtensionsHeader = "A2A-Extensions";

    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private static readonly string[] Exposed =
    [
        HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter, HeaderNames.WWWAuthenticate, RevisionHeader.Name, ExtensionsHeader,
        RateHeaders.Policies, RateHeaders.Left,
    ];

    /// <returns>Null where no origin is allowed.</returns>
    public static CorsPolicy? Policy(RegistryHttpOptions options)
    {
        if (options.CorsOrigins.Count == 0)
        {
            return null;
        }

        var policy = new CorsPolicyBuilder().AllowAnyHeader().AllowAnyMethod().WithExposedHeaders(Exposed).SetPreflightMaxAge(Remembered);
        return (options.CorsOrigins.Contains(Anyone) ? policy.AllowAnyOrigin() : policy.WithOrigins([.. options.CorsOrigins])).Build();
    }

    /// <summary>Whether a browser would send this as an origin: scheme, host and port, and nothing more.</summary>
    public static bool IsOrigin(string text) =>
        text == Anyone
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase) && uri.UserInfo.Length == 0);
}
