using System.Collections.Concurrent;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Tenants;

/// <summary>Those who are told when a tenant is closed, here or by another process.</summary>
internal sealed class TenantEnds : ITenantEnds
{
    private readonly ConcurrentDictionary<Open, bool> open = new();
    private readonly TenantGate tenants;

    /// <param name="tenants">Listens before this does, so it knows the change by then.</param>
    public TenantEnds(TenantGate tenants, TrustRecords records)
    {
        this.tenants = tenants;
        records.OnChange(Follow);
    }

    public IDisposable OnEnd(string tenant, Action end)
    {
        var one = new Open(this, tenant, end);
        open[one] = true;
        if (tenants.IsClosed(tenant))
        {
            end();
        }

        return one;
    }

    private void Follow(TrustChange change)
    {
        if (change.Type != TenantType.Type.Name || !tenants.IsClosed(change.Tenant))
        {
            return;
        }

        foreach (var (one, _) in open)
        {
            if (one.Tenant == change.Tenant)
            {
                one.End();
            }
        }
    }

    private sealed class Open(TenantEnds ends, string tenant, Action end) : IDisposable
    {
        public string Tenant => tenant;

        public void End() => end();

        public void Dispose() => ends.open.TryRemove(this, out _);
    }
}
