using System.Text;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>Changes whom tenants trust to sign cards, and what they ask of cards.</summary>
internal sealed class CardTrust(TrustRecords records, CardIssuers issuers, CardPolicies policies) : ICardTrust
{
    private const int LongestId = 100;
    private const int MostKeyBytes = 64 * 1024;
    private const int MostKeyIds = 100;

    public Task<IReadOnlyList<CardIssuerInfo>> ListIssuersAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckTenant(caller.Tenant);
        return Task.FromResult<IReadOnlyList<CardIssuerInfo>>([.. issuers.Of(caller.Tenant).Select(Shown)]);
    }

    public async Task<CardIssuerInfo> PutIssuerAsync(
        Caller caller, string id, CardIssuerChange change, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckTenant(caller.Tenant);
        CheckId(id);
        var issuer = Check(change);
        var all = records.All(TenantIssuers.Type, caller.Tenant);
        if (all.Count >= CardIssuerInfo.MostOfTenant && all.All(known => known.Id != id))
        {
            throw new RegistryException(RegistryError.Conflict, $"The tenant trusts {CardIssuerInfo.MostOfTenant} issuers, and may trust no more.");
        }

        await records.ChangeAsync(
            TenantIssuers.Type, caller.Tenant, id, before => before == issuer ? before : issuer, cancellationToken);
        return Shown(issuers.Of(caller.Tenant).First(known => known.Id == id));
    }

    public async Task<bool> RemoveIssuerAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckTenant(caller.Tenant);
        CheckId(id);
        return await records.DeleteAsync(TenantIssuers.Type, caller.Tenant, id, cancellationToken);
    }

    public Task<CardPolicy> GetPolicyAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckTenant(caller.Tenant);
        return Task.FromResult(policies.Find(caller.Tenant) ?? new CardPolicy());
    }

    public Task<CardPolicy> PutPolicyAsync(Caller caller, CardPolicy policy, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckTenant(caller.Tenant);
        return policies.PutAsync(caller.Tenant, policy, cancellationToken);
    }

    private static TenantIssuer Check(CardIssuerChange change)
    {
        var read = CardIssuer.TryRead(change.Url, out var issuer) && !change.Url.Contains('=', StringComparison.Ordinal)
            ? issuer
            : throw RegistryException.Invalid("url", "must be an https URL without query and user name, or an http one on loopback");
        if (change.Keys.IsEmpty)
        {
            var place = change.KeysUrl ?? read.Keys;
            return place.Length <= CardIssuer.MostText && CardIssuer.IsUrl(place)
                ? new TenantIssuer(change.Url, place, null)
                : throw RegistryException.Invalid("keys_url", "must be a URL as url is");
        }

        if (change.KeysUrl is not null)
        {
            throw RegistryException.Invalid("keys", "goes in place of keys_url: send one of the two");
        }

        var text = change.Keys.Length <= MostKeyBytes
            ? Encoding.UTF8.GetString(change.Keys.Span)
            : throw new RegistryException(RegistryError.TooLarge, $"keys: has {change.Keys.Length:N0} bytes; it may have {MostKeyBytes:N0}", "keys");
        return IsKeySet(text)
            ? new TenantIssuer(change.Url, null, text)
            : throw RegistryException.Invalid("keys", "must be a JWKS with a public key that has a kid: EC on P-256, RSA from 2048 bits, or Ed25519");
    }

    private static bool IsKeySet(string text)
    {
        try
        {
            return CardKeySet.Read(text).Count > 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static void CheckId(string id)
    {
        Identifiers.CheckId(id, "issuer_id");
        if (id.Length > LongestId)
        {
            throw RegistryException.Invalid("issuer_id", $"must have up to {LongestId} characters");
        }
    }

    private static CardIssuerInfo Shown(IssuerKeys issuer) => new(issuer.Id, issuer.Issuer.Url.OriginalString)
    {
        KeysUrl = CardIssuer.IsUrl(issuer.Issuer.Keys) ? issuer.Issuer.Keys : null,
        KeyIds = issuer.Known is { } keys ? [.. keys.Ids.Order(StringComparer.Ordinal).Take(MostKeyIds)] : [],
        AwaitsKeys = issuer.IsBehind,
    };
}
