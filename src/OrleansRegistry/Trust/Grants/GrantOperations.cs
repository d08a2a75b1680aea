namespace OrleansRegistry.Trust.Grants;

/// <summary>What callers do with grants.</summary>
internal static class GrantOperations
{
    public static readonly Operation Read = new("registry.grant.read", Permissions.Grants | Permissions.AgentsRead);
    public static readonly Operation Give = new("registry.grant.give", Permissions.Grants, IsChange: true);
    public static readonly Operation Request = new("registry.grant.request", Permissions.Grants, IsChange: true);
    public static readonly Operation Approve = new("registry.grant.approve", Permissions.Grants, IsChange: true);
    public static readonly Operation Revoke = new("registry.grant.revoke", Permissions.Grants, IsChange: true);
}
