namespace OrleansRegistry.Trust.Keys;

/// <summary>What callers do with keys.</summary>
internal static class KeyOperations
{
    private const Permissions Managing = Permissions.Keys | Permissions.Tenants;

    public static readonly Operation Read = OfAny(new Operation("registry.key.read", Managing));
    public static readonly Operation Create = OfAny(new Operation("registry.key.create", Managing, IsChange: true));
    public static readonly Operation Change = OfAny(new Operation("registry.key.change", Managing, IsChange: true));
    public static readonly Operation Rotate = OfAny(new Operation("registry.key.rotate", Managing, IsChange: true));
    public static readonly Operation Revoke = OfAny(new Operation("registry.key.revoke", Managing, IsChange: true));

    /// <summary>Who manages tenants comes to the keys of a closed one, and to others than its own; <see cref="ApiKeys"/> holds all others to theirs.</summary>
    private static Operation OfAny(Operation operation) => operation with { IsOfAnyTenant = true };
}
