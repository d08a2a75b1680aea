namespace OrleansRegistry.Trust;

/// <summary>Nobody gives others, or gets hold of, more than it has.</summary>
internal static class GivenRoles
{
    /// <param name="whose">Of what the roles are: <c>The key</c>.</param>
    /// <param name="field">Null: of something that there is.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>.</exception>
    public static void DemandNoMore(Caller caller, IEnumerable<string> roles, string whose, string? field)
    {
        // Whom nobody asked is who runs the registry.
        var has = caller.Allowed == Permissions.All ? Permissions.Everything : caller.Allowed;
        var more = RegistryRoles.Of(Known(roles)) & ~has;
        if (more != Permissions.None)
        {
            throw new RegistryException(
                RegistryError.Forbidden, $"{whose} allows what its maker may not do: {string.Join(", ", PermissionNames.Of(more))}.", field);
        }
    }

    /// <summary>Roles of a newer version allow nothing here.</summary>
    public static IEnumerable<string> Known(IEnumerable<string> roles) => roles.Where(role => RegistryRoles.Find(role) is not null);
}
