using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace OrleansRegistry.Http;

/// <summary>
/// The keys that a provider had when it was asked, and the tokens that were found good with them. Other keys are another set, so that no token outlives
/// its key here.
/// </summary>
internal sealed class TokenKeySet
{
    private const int LeastRsaBits = 2048;

    private readonly HashSet<string> ids;

    private TokenKeySet(string text, string? issuer, List<SecurityKey> keys)
    {
        Text = text;
        ids = keys.Select(key => key.KeyId).ToHashSet(StringComparer.Ordinal);
        Configuration = new OpenIdConnectConfiguration { Issuer = issuer };
        keys.ForEach(Configuration.SigningKeys.Add);
    }

    /// <summary>What was read.</summary>
    public string Text { get; }

    /// <summary>Whom tokens name that were found good.</summary>
    public RememberedCallers Tokens { get; } = new();

    /// <summary>The same as ASP.NET's handler takes it.</summary>
    public OpenIdConnectConfiguration Configuration { get; }

    /// <param name="keys">A JWKS.</param>
    /// <param name="issuer">Whose they are; null where the settings say.</param>
    /// <exception cref="InvalidDataException">It is none, or has no key that a token can name.</exception>
    public static TokenKeySet Read(string keys, string? issuer)
    {
        List<SecurityKey> usable;
        try
        {
            usable = [.. new JsonWebKeySet(keys).GetSigningKeys().Where(IsUsable)];
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException("what was read is not a JWKS", fault);
        }

        return usable.Count > 0
            ? new TokenKeySet($"{issuer}\n{keys}", issuer, usable)
            : throw new InvalidDataException("there is no public key with a kid for signatures in the JWKS");
    }

    public bool Has(string? keyId) => keyId is not null && ids.Contains(keyId);

    private static bool IsUsable(SecurityKey key) =>
        key is AsymmetricSecurityKey && !string.IsNullOrEmpty(key.KeyId) && (key is ECDsaSecurityKey || key.KeySize >= LeastRsaBits);
}
