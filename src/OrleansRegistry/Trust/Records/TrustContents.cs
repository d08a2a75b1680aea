using System.Collections.Concurrent;

namespace OrleansRegistry.Trust.Records;

/// <summary>All records of one history of the store, by type, tenant and id. Written to by one thread at a time, read by any.</summary>
internal sealed class TrustContents
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, ConcurrentDictionary<string, HeldTrust>>> types =
        new(StringComparer.Ordinal);

    public HeldTrust? Find(string type, string tenant, string id) =>
        types.TryGetValue(type, out var tenants) && tenants.TryGetValue(tenant, out var records) ? records.GetValueOrDefault(id) : null;

    public IEnumerable<HeldTrust> All(string type) =>
        types.TryGetValue(type, out var tenants) ? tenants.Values.SelectMany(records => records.Values) : [];

    public IEnumerable<HeldTrust> All(string type, string tenant) =>
        types.TryGetValue(type, out var tenants) && tenants.TryGetValue(tenant, out var records) ? records.Values : [];

    public IEnumerable<HeldTrust> All() => types.Keys.SelectMany(All);

    /// <summary>Takes in a change, unless what is held is newer.</summary>
    /// <param name="isAhead">The feed has not come to it: a removal is remembered until it has.</param>
    /// <returns>What changed; null where nothing did.</returns>
    public TrustChange? Put(RecordKey key, long version, RawJson? document, bool isAhead)
    {
        if (TrustKind.Parts(key.Id) is not { } parts)
        {
            return null;
        }

        var held = Find(parts.Type, key.Tenant, parts.Id);
        if (held?.Version > version || (held?.Version == version && (isAhead || !held.IsRemoved)))
        {
            return null;
        }

        if (document is not null || isAhead)
        {
            var tenants = types.GetOrAdd(parts.Type, static _ => new(StringComparer.Ordinal));
            var records = tenants.GetOrAdd(key.Tenant, static _ => new(StringComparer.Ordinal));
            records[parts.Id] = new HeldTrust(key, parts.Id, version, document);
        }
        else if (held is not null)
        {
            types[parts.Type][key.Tenant].TryRemove(parts.Id, out _);
        }

        return new TrustChange(parts.Type, key.Tenant, parts.Id);
    }
}
