using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.TestSupport;

/// <summary>A provider's key, and tokens that are signed with it.</summary>
internal sealed class TokenMaker(string keyId = "one") : IDisposable
{
    public const string Issuer = "https://idp.example";
    public const string Audience = "registry";

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>A JWKS with the public key.</summary>
    public string KeySet => $$"""{"keys":[{{Jwk}}]}""";

    public string Jwk
    {
        get
        {
            var point = key.ExportParameters(includePrivateParameters: false).Q;
            return $$"""{"kty":"EC","crv":"P-256","use":"sig","kid":"{{keyId}}","x":"{{Text(point.X!)}}","y":"{{Text(point.Y!)}}"}""";
        }
    }

    /// <summary>A token that counts from a minute ago for an hour.</summary>
    /// <param name="changes">Other claims; null takes one away.</param>
    public string Make(DateTimeOffset now, params (string Name, object? Value)[] changes) =>
        Sign($$"""{"alg":"ES256","typ":"JWT","kid":"{{keyId}}"}""", Claims(now, changes));

    public string Sign(string header, string claims)
    {
        var signed = Signed(header, claims);
        return $"{signed}.{Text(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    public static string Signed(string header, string claims) => $"{Text(Encoding.UTF8.GetBytes(header))}.{Text(Encoding.UTF8.GetBytes(claims))}";

    public static string Claims(DateTimeOffset now, params (string Name, object? Value)[] changes)
    {
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = "ann",
            ["tenant"] = "acme",
            ["nbf"] = now.AddMinutes(-1).ToUnixTimeSeconds(),
            ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in changes)
        {
            claims[name] = value;
        }

        return JsonSerializer.Serialize(claims.Where(claim => claim.Value is not null).ToDictionary());
    }

    public static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public void Dispose() => key.Dispose();
}
