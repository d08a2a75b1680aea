using System.Collections.Concurrent;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Domains;

/// <summary>The domains of each tenant by subject and name, found at once: they are looked for with every agent that is read.</summary>
internal sealed class DomainBook
{
    private readonly TrustRecords records;
    private readonly ConcurrentDictionary<string, Lazy<OfTenant>> tenants = new(StringComparer.Ordinal);

    public DomainBook(TrustRecords records)
    {
        this.records = records;
        records.OnChange(change =>
        {
            if (change.Type == DomainType.Type.Name)
            {
                tenants.TryRemove(change.Tenant, out _);
            }
        });
    }

    /// <summary>The subject's domains that prove a host where they are proved themselves, nearest first.</summary>
    public IEnumerable<StoredDomain> Over(string tenant, string subject, string host)
    {
        var known = tenants.GetOrAdd(tenant, Read).Value;
        if (known.Count == 0)
        {
            yield break;
        }

        for (var from = 0; host.IndexOf('.', from) is >= 0 and var dot; from = dot + 1)
        {
            if (known.TryGetValue((subject, host[from..]), out var domain) && domain.Covers(host))
            {
                yield return domain;
            }
        }
    }

    private Lazy<OfTenant> Read(string tenant) => new(() => new OfTenant(records.All(DomainType.Type, tenant).Select(record => record.Value)));

    private sealed class OfTenant(IEnumerable<StoredDomain> domains) : Dictionary<(string Subject, string Domain), StoredDomain>(
        domains.Select(domain => KeyValuePair.Create((domain.Subject, domain.Domain), domain)));
}
