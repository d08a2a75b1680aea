using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>What a request without a credential that counts is answered.</summary>
/// <remarks>Source: RFC 6750.</remarks>
internal static class Challenges
{
    private const string Bearer = "Bearer realm=\"registry\"";

    /// <param name="isOther">Whether the header is there, and has something else.</param>
    public static HttpProblemException Missing(string header, bool isOther, RegistryHttpOptions options)
    {
        string[] ways =
        [
            .. options.AsksText ? (string[])["by a token after Bearer"] : [],
            .. options.ApiKeys ? (string[])[$"by a key there or in {CallerGate.KeyHeader}"] : [],
            .. options.Certificates.IsOn
                ? (string[])[$"by a client certificate, which the proxy in front forwards in {options.Certificates.Header}"]
                : [],
        ];
        var named = options.AsksText ? header : options.Certificates.Header;
        return new(
            StatusCodes.Status401Unauthorized,
            isOther && options.AsksText
                ? $"{named}: must be one token after Bearer"
                : $"{named}: is missing; a request says who calls {string.Join(", or ", ways)}",
            named)
        {
            Header = (HeaderNames.WWWAuthenticate, options.AsksText ? Bearer : Certificate(named)),
        };
    }

    /// <summary>What asks for a client certificate, as RFC 9110 wants it said.</summary>
    public static string Certificate(string header) => $"Client-Certificate header=\"{header}\"";

    /// <param name="reason">Without quotes: it stands between some.</param>
    /// <param name="challenge">What is asked for; null for a token.</param>
    public static HttpProblemException Refused(string header, string reason, string? challenge = null) => new(
        StatusCodes.Status401Unauthorized, $"{header}: {reason}", header)
    {
        Header = (HeaderNames.WWWAuthenticate, $"{challenge ?? Bearer}, error=\"invalid_token\", error_description=\"{Plain(reason)}\""),
    };

    /// <summary>A claim's name in it may have characters that a header cannot have.</summary>
    private static string Plain(string text) => string.Concat(text.Select(c => c is >= ' ' and <= '~' and not '"' and not '\\' ? c : '?'));
}
