namespace OrleansRegistry.Trust.Tenants;

/// <summary>What callers do with tenants.</summary>
internal static class TenantOperations
{
    private const Permissions Reading = Permissions.AgentsRead | Permissions.TasksRead | Permissions.Tenants;

    public static readonly Operation Read = OfAny(new Operation("registry.tenant.read", Reading));
    public static readonly Operation List = OfAny(new Operation("registry.tenant.list", Permissions.Tenants));
    public static readonly Operation Put = OfAny(new Operation("registry.tenant.put", Permissions.Tenants, IsChange: true) { IsOfAllAgents = true });

    public static readonly Operation Erase =
        OfAny(new Operation("registry.tenant.erase", Permissions.Tenants | Permissions.TenantErase, IsChange: true) { IsOfAllAgents = true });

    private static Operation OfAny(Operation operation) => operation with { IsOfAnyTenant = true };
}
