namespace OrleansRegistry;

/// <summary>
/// The users of a tenant. Whoever has <see cref="Permissions.Users"/> manages them, within what it may do itself. Who manages tenants
/// (<see cref="Permissions.Tenants"/>) manages the users of all. Passwords have 8 to 256 UTF-16 code units. A change of roles or of the password, and
/// disabling, end all sessions of the user: on every replica within two seconds.
/// </summary>
public interface IUsers
{
    /// <summary>Makes a user.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a member is; the error names it. <see cref="RegistryError.Forbidden"/>:
    /// it could do more than the caller may, or is for another tenant. <see cref="RegistryError.Conflict"/>: there is one of that name.
    /// <see cref="RegistryError.Busy"/>: too many passwords are being hashed.</exception>
    Task<RegistryUser> CreateAsync(Caller caller, NewUser user, string password, CancellationToken cancellationToken = default);

    /// <summary>Lists users in the order of their names.</summary>
    /// <param name="tenant">Null: the caller's.</param>
    /// <param name="pageSize">1 to 100.</param>
    Task<RegistryUserPage> ListAsync(
        Caller caller, string? tenant = null, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a user; null where there is none.</summary>
    Task<RegistryUser?> GetAsync(Caller caller, string name, string? tenant = null, CancellationToken cancellationToken = default);

    /// <summary>Changes roles, or whether the user can log in.</summary>
    /// <exception cref="RegistryException">As of <see cref="CreateAsync"/>; also where the user may do more than the caller now;
    /// <see cref="RegistryError.NotFound"/>.</exception>
    Task<RegistryUser> ChangeAsync(
        Caller caller, string name, UserChange change, string? tenant = null, CancellationToken cancellationToken = default);

    /// <summary>Gives a user another password, and lets it in at once where it was locked.</summary>
    /// <exception cref="RegistryException">As of <see cref="ChangeAsync"/>.</exception>
    Task SetPasswordAsync(Caller caller, string name, string password, string? tenant = null, CancellationToken cancellationToken = default);

    /// <summary>Changes the caller's own password.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: <paramref name="current"/> is not the password.
    /// <see cref="RegistryError.NotFound"/>: the caller is no user. <see cref="RegistryError.Busy"/>: wrong ones were tried too often, or too many
    /// passwords are being hashed. <see cref="RegistryError.Invalid"/>.</exception>
    Task ChangePasswordAsync(Caller caller, string current, string password, CancellationToken cancellationToken = default);

    /// <summary>Removes a user.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>; <see cref="RegistryError.Forbidden"/>: it may do more than the
    /// caller.</exception>
    Task RemoveAsync(Caller caller, string name, string? tenant = null, CancellationToken cancellationToken = default);
}
