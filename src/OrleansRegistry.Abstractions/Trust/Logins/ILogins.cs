namespace OrleansRegistry;

/// <summary>
/// Logins of users and their sessions. A session is valid on every replica within two seconds, survives restarts, and ends by itself
/// (<c>REGISTRY_SESSION_SECONDS</c>), when it is revoked, and with each change of its user that <see cref="IUsers"/> names.
/// </summary>
public interface ILogins
{
    /// <summary>
    /// Logs a user in. One that is not known, or disabled, takes as long and is answered as one with a wrong password; wrong passwords lock the name,
    /// whether there is such a user or not, and slow the address down.
    /// </summary>
    /// <param name="address">Where the request comes from; null where that is not known.</param>
    /// <returns>The session, or that there is none.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: no user can have such a name or password.
    /// <see cref="RegistryError.Busy"/>: too many log in at once. <see cref="RegistryError.Forbidden"/>: the password is right, and the tenant
    /// closed.</exception>
    Task<LoginResult> LoginAsync(
        string tenant, string user, string password, string? address = null, CancellationToken cancellationToken = default);

    /// <summary>The sessions of a user that count, the oldest first: at most 100.</summary>
    /// <param name="user">Null: the caller's own. Those of others are for <see cref="Permissions.Users"/>.</param>
    /// <param name="tenant">Null: the caller's. Those of others are for <see cref="Permissions.Tenants"/>.</param>
    Task<IReadOnlyList<RegistrySession>> ListAsync(
        Caller caller, string? user = null, string? tenant = null, CancellationToken cancellationToken = default);

    /// <summary>Ends a session, of the caller or, by who manages users, of another.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>.</exception>
    Task RevokeAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Ends all sessions of a user.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>: there is no such user; or as of <see cref="ListAsync"/>.</exception>
    Task RevokeAllAsync(Caller caller, string? user = null, string? tenant = null, CancellationToken cancellationToken = default);
}
