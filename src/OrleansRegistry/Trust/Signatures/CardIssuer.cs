using System.Diagnostics.CodeAnalysis;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>Somebody whose keys count for signatures of cards.</summary>
/// <param name="Url">
/// What it is called, and below which a signature's <c>jku</c> must be: https, or http on loopback; without query and user name.
/// </param>
/// <param name="Keys">Where its keys are (JWKS): such a URL, or the path of a file.</param>
internal sealed record CardIssuer(Uri Url, string Keys)
{
    public const int MostText = 2048;

    private const string WellKnown = "/.well-known/jwks.json";

    /// <summary>Reads <c>URL</c> or <c>URL=KEYS</c>; without keys, they are at the well-known path below the URL.</summary>
    public static bool TryRead(string text, [MaybeNullWhen(false)] out CardIssuer issuer)
    {
        var split = text.IndexOf('=', StringComparison.Ordinal);
        var url = split < 0 ? text : text[..split];
        var keys = split < 0 ? url.TrimEnd('/') + WellKnown : text[(split + 1)..];
        issuer = text.Length <= MostText && IsUrl(url) && IsPlace(keys) ? new CardIssuer(new Uri(url), keys) : null;
        return issuer is not null;
    }

    public static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0;

    /// <summary>Whether a URL that a signature names is below this one.</summary>
    public bool Covers(Uri url)
    {
        var folder = Url.AbsolutePath.TrimEnd('/') + "/";
        return url.Scheme == Url.Scheme && url.IdnHost == Url.IdnHost && url.Port == Url.Port && url.UserInfo.Length == 0
            && url.AbsolutePath.StartsWith(folder, StringComparison.Ordinal);
    }

    private static bool IsPlace(string text) =>
        text.Contains("://", StringComparison.Ordinal) ? IsUrl(text) : text.Length > 0 && !text.Any(char.IsControl);
}
