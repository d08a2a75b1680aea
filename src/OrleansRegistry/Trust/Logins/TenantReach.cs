namespace OrleansRegistry.Trust.Logins;

/// <summary>Which tenant's users and sessions a call is about.</summary>
internal sealed class TenantReach(TenantGate tenants)
{
    /// <param name="asked">Null: the caller's own.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: another one, or a closed one, is for who manages tenants.
    /// <see cref="RegistryError.Conflict"/>: it was erased.</exception>
    public string Of(Caller caller, string? asked)
    {
        if (!caller.May(Permissions.Tenants))
        {
            tenants.Demand(caller.Tenant);
        }

        if (asked is not null && asked != caller.Tenant)
        {
            caller.Demand(Permissions.Tenants);
            Identifiers.CheckTenant(asked);
            tenants.DemandNotErased(asked);
        }

        return asked ?? caller.Tenant;
    }
}
