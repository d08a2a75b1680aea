using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Whose signatures of cards a tenant trusts, and what it asks of cards, over HTTP.</summary>
internal sealed class HttpCardTrust(RegistryHttp http) : ICardTrust
{
    private const string Issuers = "issuers";
    private const string Policy = "card-policy";

    public async Task<IReadOnlyList<CardIssuerInfo>> ListIssuersAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, Issuers), cancellationToken);
        return answer.Read(json => (IReadOnlyList<CardIssuerInfo>)[.. json.Entries(Issuers).Select(ReadIssuer)]);
    }

    public async Task<CardIssuerInfo> PutIssuerAsync(
        Caller caller, string id, CardIssuerChange change, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteString("url"u8, change.Url);
            json.WriteGiven("keys_url", change.KeysUrl);

            if (!change.Keys.IsEmpty)
            {
                json.WritePropertyName("keys"u8);
                json.WriteRawValue(change.Keys.Span);
            }
        });
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Put, Of(id), body, keyed: false), cancellationToken);
        return answer.Read(ReadIssuer);
    }

    public async Task<bool> RemoveIssuerAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Delete, Of(id), keyed: false), cancellationToken);
            return true;
        }
        catch (RegistryException fault) when (fault is { Error: RegistryError.NotFound, Field: "issuer_id" })
        {
            return false;
        }
    }

    public async Task<CardPolicy> GetPolicyAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, Policy), cancellationToken);
        return answer.Read(ReadPolicy);
    }

    public async Task<CardPolicy> PutPolicyAsync(Caller caller, CardPolicy policy, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteBoolean("require_signature"u8, policy.RequireSignature);
            json.WriteBoolean("require_domain"u8, policy.RequireDomain);
            json.WriteGiven("extensions", policy.Extensions);
            json.WriteGiven("minimum_trust_level", policy.MinimumTrustLevel);
            json.WriteGiven("owner_trust_levels", policy.OwnerTrustLevels);
            json.WriteGiven("extension_trust_levels", policy.ExtensionTrustLevels);
        });
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Put, Policy, body, keyed: false), cancellationToken);
        return answer.Read(ReadPolicy);
    }

    private static string Of(string id)
    {
        Identifiers.CheckId(id, "issuer_id");
        return ApiPath.Of(Issuers, id);
    }

    private static CardPolicy ReadPolicy(JsonElement policy) => new(policy.Flag("require_signature"))
    {
        RequireDomain = policy.Flag("require_domain"),
        Extensions = policy.Find("extensions") is null ? null : policy.Strings("extensions"),
        MinimumTrustLevel = policy.Text("minimum_trust_level"),
        OwnerTrustLevels = ReadLevels(policy, "owner_trust_levels"),
        ExtensionTrustLevels = ReadLevels(policy, "extension_trust_levels"),
    };

    private static Dictionary<string, string>? ReadLevels(JsonElement policy, string name) => policy.Find(name) is { } levels
        ? levels.EnumerateObject().ToDictionary(level => level.Name, level => level.Value.GetString() ?? "", StringComparer.Ordinal)
        : null;

    private static CardIssuerInfo ReadIssuer(JsonElement issuer) => new(issuer.Text("id"), issuer.Required("url"))
    {
        KeysUrl = issuer.Text("keys_url"),
        KeyIds = issuer.Strings("key_ids"),
        AwaitsKeys = issuer.Flag("awaits_keys"),
    };
}
