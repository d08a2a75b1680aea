using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>What a request without a credential that counts is answered.</summary>
/// <remarks>Source: RFC 6750.</remarks>
internal static class Challenges
{
    private const string Bearer = "Bearer realm=\"registry\"";

    /// <param name="isOther">Whether the header is there, and has something else.</param>
    public static HttpProblemException Missing(string header, bool isOther, RegistryHttpOptions options) => new(
        StatusCodes.Status401Unauthorized,
        isOther
            ? "Authorization: must be one token after Bearer"
            : "Authorization: is missing; a request says who calls by a token after Bearer"
                + (options.ApiKeys ? $", or by a key there or in {CallerGate.KeyHeader}" : ""),
        header)
    {
        Header = (HeaderNames.WWWAuthenticate, Bearer),
    };

    /// <param name="reason">Without quotes: it stands between some.</param>
    public static HttpProblemException Refused(string header, string reason) => new(
        StatusCodes.Status401Unauthorized, $"{header}: {reason}", header)
    {
        Header = (HeaderNames.WWWAuthenticate, $"{Bearer}, error=\"invalid_token\", error_description=\"{Plain(reason)}\""),
    };

    /// <summary>A claim's name in it may have characters that a header cannot have.</summary>
    private static string Plain(string text) => string.Concat(text.Select(c => c is >= ' ' and <= '~' and not '"' and not '\\' ? c : '?'));
}
