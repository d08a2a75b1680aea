using System.Collections.Concurrent;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Tenants;

/// <summary>Whose callers are let in: knows which tenants are closed, without a look at their records.</summary>
internal sealed class TenantGate
{
    private readonly TrustRecords records;
    private readonly bool demandsKnown;
    private readonly ConcurrentDictionary<string, StoredTenant> closed = new(StringComparer.Ordinal);
    private readonly Lock following = new();
    private volatile bool isAnyClosed;

    public TenantGate(TrustRecords records, RegistryOptions options)
    {
        this.records = records;
        demandsKnown = options.KnownTenantsOnly;
        records.OnChange(Follow);
        foreach (var tenant in records.All(TenantType.Type))
        {
            Follow(new TrustChange(TenantType.Type.Name, tenant.Tenant, tenant.Id));
        }
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: the tenant is suspended, erased, or not known.</exception>
    public void Demand(string tenant)
    {
        if (RefusalOf(tenant) is { } reason)
        {
            throw new RegistryException(RegistryError.Forbidden, reason);
        }

        if (demandsKnown && Find(tenant) is null)
        {
            throw new RegistryException(RegistryError.Forbidden, $"Tenant '{LogText.Id(tenant)}' is not known to this registry.");
        }
    }

    /// <summary>Why its callers are refused; null where it is open.</summary>
    public string? RefusalOf(string tenant) => !isAnyClosed || !closed.TryGetValue(tenant, out var found) ? null : found.State switch
    {
        TenantState.Erasing => $"Tenant '{tenant}' is being erased.",
        TenantState.Erased => Erased(tenant),
        _ => $"Tenant '{tenant}' is suspended{(found.Reason is { } reason ? $": {reason}" : "")}.",
    };

    /// <summary>As of something new for a tenant, by whoever manages tenants.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>: the tenant is being erased, or was.</exception>
    public void DemandNotErased(string tenant)
    {
        if (IsErasing(tenant) || IsErased(tenant))
        {
            throw new RegistryException(RegistryError.Conflict, Erased(tenant), "tenant");
        }
    }

    /// <summary>Whether it is suspended or erased: nobody is told of what it has.</summary>
    public bool IsClosed(string tenant) => isAnyClosed && closed.ContainsKey(tenant);

    /// <summary>Whether a tenant is being erased.</summary>
    public bool IsErasing(string tenant) => IsIn(tenant, TenantState.Erasing);

    /// <summary>Whether a tenant was erased, and not made again.</summary>
    public bool IsErased(string tenant) => IsIn(tenant, TenantState.Erased);

    /// <param name="tell">Told of each tenant whose erasure begins.</param>
    public void OnErasing(Action<string> tell) => records.OnChange(change =>
    {
        if (change.Type == TenantType.Type.Name && IsErasing(change.Tenant))
        {
            tell(change.Tenant);
        }
    });

    /// <summary>What is known of a tenant; null where nothing is.</summary>
    public TrustRecord<StoredTenant>? Find(string tenant) => records.Find(TenantType.Type, tenant, TenantType.Id);

    private static string Erased(string tenant) => $"Tenant '{tenant}' was erased: whoever manages tenants may make it again.";

    private bool IsIn(string tenant, TenantState state) => isAnyClosed && closed.TryGetValue(tenant, out var found) && found.State == state;

    private void Follow(TrustChange change)
    {
        if (change.Type != TenantType.Type.Name)
        {
            return;
        }

        // Changes are told by several threads: what one finds is not to be written over what another found after it.
        lock (following)
        {
            Look(change);
        }
    }

    private void Look(TrustChange change)
    {
        TrustRecord<StoredTenant>? found;
        try
        {
            found = Find(change.Tenant);
        }
        catch (RegistryException)
        {
            // It was told of. It may be one that is suspended.
            closed[change.Tenant] = new StoredTenant(TenantState.Suspended, default) { Reason = "its record cannot be read" };
            isAnyClosed = true;
            return;
        }

        if (found is { Value: { State: not TenantState.Active } tenant })
        {
            closed[change.Tenant] = tenant;
        }
        else
        {
            closed.TryRemove(change.Tenant, out _);
        }

        isAnyClosed = !closed.IsEmpty;
    }
}
