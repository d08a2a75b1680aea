using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>The issuers whose signatures count, with their keys: those of the settings for all tenants, and each tenant's own.</summary>
internal sealed class CardIssuers
{
    private readonly TrustRecords records;
    private readonly SignatureOptions options;
    private readonly CardKeySource source;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly IssuerKeys[] ofSettings;
    private readonly ConcurrentDictionary<(string Tenant, string Id), OfTenant> ofTenants = new();

    /// <summary>Tenants whose issuers have other keys; empty for those of the settings, which are everybody's.</summary>
    private readonly ConcurrentDictionary<string, bool> changed = new(StringComparer.Ordinal);
    private long generation;

    public CardIssuers(
        SignatureOptions options, CardKeySource source, TrustRecords records, [RegistryTime] TimeProvider time, ILogger<CardIssuers> log)
    {
        (this.options, this.source, this.records, this.time, this.log) = (options, source, records, time, log);
        ofSettings =
        [
            .. options.Issuers.Select(text => CardIssuer.TryRead(text, out var issuer)
                ? new IssuerKeys(null, issuer, source.ReadAsync, options.Refresh, () => Raise(""), time, log)
                : throw new SettingException("REGISTRY_CARD_ISSUERS names something else than an issuer.")),
        ];
        records.OnChange(Note);
    }

    /// <summary>Rises whenever a signature may be judged in another way than before.</summary>
    public long Generation => Interlocked.Read(ref generation);

    /// <summary>The tenants whose signatures may be judged in another way since it was last asked; null for all.</summary>
    public IReadOnlySet<string>? TakeChanged()
    {
        var taken = changed.Keys.Where(tenant => changed.TryRemove(tenant, out _)).ToHashSet(StringComparer.Ordinal);
        return taken.Contains("") ? null : taken;
    }

    public bool IsNobodyTrusted(string tenant) => ofSettings.Length == 0 && records.All(TenantIssuers.Type, tenant).Count == 0;

    /// <summary>Those that count for cards of the tenant.</summary>
    public IReadOnlyList<IssuerKeys> Of(string tenant) => [.. records.All(TenantIssuers.Type, tenant).Select(Keys), .. ofSettings];

    /// <summary>Reads the keys whose time has come.</summary>
    public Task RefreshAsync() =>
        Task.WhenAll(records.All(TenantIssuers.Type).Select(Keys).Concat(ofSettings).Select(issuer => issuer.RefreshAsync()));

    private IssuerKeys Keys(TrustRecord<TenantIssuer> record)
    {
        var key = (record.Tenant, record.Id);
        if (!ofTenants.TryGetValue(key, out var known) || known.Version != record.Version)
        {
            var issuer = new CardIssuer(new Uri(record.Value.Url), record.Value.KeysUrl ?? "");
            var made = record.Value.Keys is { } given
                ? IssuerKeys.Of(record.Id, issuer, CardKeySet.Read(given), time, log)
                : new IssuerKeys(record.Id, issuer, source.ReadGuardedAsync, options.Refresh, () => Raise(record.Tenant), time, log);
            ofTenants[key] = known = new OfTenant(record.Version, made);
        }

        return known.Keys;
    }

    private void Raise(string tenant)
    {
        changed[tenant] = true;
        Interlocked.Increment(ref generation);
    }

    private void Note(TrustChange change)
    {
        if (change.Type == TenantIssuers.Type.Name)
        {
            ofTenants.TryRemove((change.Tenant, change.Id), out _);
            Raise(change.Tenant);
        }
    }

    private sealed record OfTenant(long Version, IssuerKeys Keys);
}
