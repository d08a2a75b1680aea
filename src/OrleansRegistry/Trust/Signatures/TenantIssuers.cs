using System.Text.Json;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>The issuers that tenants trust, and what they ask of cards, as they are stored.</summary>
internal static class TenantIssuers
{
    public const string PolicyId = "cards";

    public static TrustType<TenantIssuer> Type { get; } = new("issuer", Write, Read);

    public static TrustType<CardPolicy> Policy { get; } = new(
        "cardpolicy",
        WritePolicy,
        policy => new CardPolicy(policy.Flag("require_signature"))
        {
            Extensions = policy.Has("extensions") ? policy.Array("extensions", ReadUri) : null,
        });

    private static string ReadUri(JsonElement uri) => uri.GetString() ?? throw new JsonException("a URI is null");

    private static void WritePolicy(Utf8JsonWriter json, CardPolicy policy)
    {
        json.WriteBoolean("require_signature"u8, policy.RequireSignature);
        if (policy.Extensions is not { } extensions)
        {
            return;
        }

        json.WriteGiven("extensions", extensions);
    }

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
