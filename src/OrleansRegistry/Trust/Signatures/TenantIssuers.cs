using System.Text.Json;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>The issuers that tenants trust, as they are stored.</summary>
internal static class TenantIssuers
{
    public static TrustType<TenantIssuer> Type { get; } = new("issuer", Write, Read);

    private static void Write(Utf8JsonWriter json, TenantIssuer issuer)
    {
        json.WriteString("url"u8, issuer.Url);
        json.WriteGiven("keys_url", issuer.KeysUrl);

        json.WriteGiven("keys", issuer.Keys);
    }

    private static TenantIssuer Read(StoredObject json)
    {
        var issuer = new TenantIssuer(json.Text("url"), json.TextOrNull("keys_url"), json.TextOrNull("keys"));
        if (!CardIssuer.IsUrl(issuer.Url) || (issuer.KeysUrl is not null && !CardIssuer.IsUrl(issuer.KeysUrl)))
        {
            throw new JsonException("a URL is not one of an issuer");
        }

        try
        {
            _ = issuer.Keys is null ? null : CardKeySet.Read(issuer.Keys);
            return issuer;
        }
        catch (InvalidDataException fault)
        {
            throw new JsonException(fault.Message, fault);
        }
    }
}

/// <param name="KeysUrl">Null where <paramref name="Keys"/> has them.</param>
/// <param name="Keys">A JWKS.</param>
internal sealed record TenantIssuer(string Url, string? KeysUrl, string? Keys);
