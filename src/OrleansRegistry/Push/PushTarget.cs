using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.Push;

/// <summary>Where notifications of one configuration go, and what says there who sends them (A2A 1.0, 4.3.1 and 4.3.2).</summary>
/// <param name="Authorization">The header's value; null for none.</param>
/// <param name="Token">The client's own secret, which it gets back; null for none.</param>
/// <param name="IsV03">It expects notifications as A2A 0.3 has them.</param>
internal sealed record PushTarget(Uri Url, AuthenticationHeaderValue? Authorization, string? Token, bool IsV03)
{
    /// <summary>Reads a configuration. That of A2A 0.3 with <c>schemes</c> goes by the first.</summary>
    /// <exception cref="RegistryException">It cannot be delivered to: the field and the rule are named, and no secret.</exception>
    public static PushTarget Read(JsonElement config)
    {
        if (TextOf(config, "url", "config.url") is not { } text)
        {
            throw RegistryException.Invalid("config.url", "is required");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            throw RegistryException.Invalid("config.url", "must be an http or https URL");
        }

        if (url.UserInfo.Length > 0)
        {
            throw RegistryException.Invalid("config.url", "must not have a user name or password: config.authentication has them");
        }

        var token = TextOf(config, "token", "config.token");
        return token is null || IsHeaderText(token)
            ? new PushTarget(url, ReadAuthorization(config), token, PushConfigShape.IsForV03(config))
            : throw RegistryException.Invalid("config.token", "must be printable ASCII, as it is sent in a header");
    }

    /// <summary>Nothing of it may be in a log.</summary>
    public override string ToString() => Url.Host;

    private static AuthenticationHeaderValue? ReadAuthorization(JsonElement config)
    {
        const string Field = "config.authentication";
        if (!config.TryGetProperty("authentication"u8, out var authentication) || authentication.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (authentication.ValueKind != JsonValueKind.Object)
        {
            throw RegistryException.Invalid(Field, $"must be an object, not {JsonInput.Describe(authentication)}");
        }

        var scheme = TextOf(authentication, "scheme", Field + ".scheme") ?? FirstScheme(authentication);
        var credentials = TextOf(authentication, "credentials", Field + ".credentials");
        if (scheme is null)
        {
            return credentials is null ? null : throw RegistryException.Invalid(Field + ".scheme", "is required beside credentials");
        }

        if (!IsToken(scheme))
        {
            throw RegistryException.Invalid(Field + ".scheme", "must be the name of an HTTP authentication scheme, such as Bearer or Basic");
        }

        // With a colon it is as it is typed: what is encoded already has none.
        if (scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) && credentials?.Contains(':', StringComparison.Ordinal) == true)
        {
            credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));
        }

        return credentials is null || IsHeaderText(credentials)
            ? new AuthenticationHeaderValue(scheme, credentials)
            : throw RegistryException.Invalid(Field + ".credentials", "must be printable ASCII, as they are sent in a header");
    }

    private static string? FirstScheme(JsonElement authentication)
    {
        if (!authentication.TryGetProperty("schemes"u8, out var schemes) || schemes.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var first = schemes.EnumerateArray().FirstOrDefault(scheme => scheme.ValueKind == JsonValueKind.String && !scheme.ValueEquals(""u8));
        return first.ValueKind == JsonValueKind.String ? first.GetString() : null;
    }

    /// <summary>Null where there is none: null and the empty text are none too.</summary>
    private static string? TextOf(JsonElement json, string name, string field)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind != JsonValueKind.String
            ? throw RegistryException.Invalid(field, $"must be a string, not {JsonInput.Describe(value)}")
            : value.GetString() is { Length: > 0 } text ? text : null;
    }

    private static bool IsHeaderText(string text) => text.All(c => c is >= ' ' and <= '~');

    private static bool IsToken(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
}
