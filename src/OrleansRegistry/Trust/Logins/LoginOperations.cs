namespace OrleansRegistry.Trust.Logins;

/// <summary>What becomes of logins, and what is done with users and sessions.</summary>
internal static class LoginOperations
{
    private const Permissions Managing = Permissions.Users | Permissions.Tenants;

    /// <summary>Of what is a caller's own: any permission will do.</summary>
    private const Permissions Any = Permissions.Everything;

    public static readonly Operation Login = new("registry.session.login", Any, IsChange: true);
    public static readonly Operation Wrong = new("registry.session.wrong_password", Any, IsChange: true);
    public static readonly Operation ReadSessions = OfAny(new Operation("registry.session.read", Any));
    public static readonly Operation Revoke = OfAny(new Operation("registry.session.revoke", Any, IsChange: true));
    public static readonly Operation ChangePassword = new("registry.user.change_password", Any, IsChange: true);

    public static readonly Operation ReadUsers = OfAny(new Operation("registry.user.read", Managing));
    public static readonly Operation Create = OfAny(new Operation("registry.user.create", Managing, IsChange: true));
    public static readonly Operation Change = OfAny(new Operation("registry.user.change", Managing, IsChange: true));
    public static readonly Operation SetPassword = OfAny(new Operation("registry.user.set_password", Managing, IsChange: true));
    public static readonly Operation Remove = OfAny(new Operation("registry.user.remove", Managing, IsChange: true));

    /// <summary>Who manages tenants comes to the users of a closed one; <see cref="TenantReach"/> holds all others to their own open one.</summary>
    private static Operation OfAny(Operation operation) => operation with { IsOfAnyTenant = true };
}
