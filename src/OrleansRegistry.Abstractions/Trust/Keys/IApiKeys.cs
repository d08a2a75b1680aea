namespace OrleansRegistry;

/// <summary>
/// The API keys of a tenant. Whoever has <see cref="Permissions.Keys"/> manages them, within what it may do itself; for others they do not exist.
/// Who manages tenants (<see cref="Permissions.Tenants"/>) manages the keys of all. A change is seen on every replica within two seconds.
/// </summary>
public interface IApiKeys
{
    /// <summary>Makes a key.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a member is; the error names it. <see cref="RegistryError.Forbidden"/>:
    /// it would allow more than the caller may do, or is for another tenant.</exception>
    Task<MadeApiKey> CreateAsync(Caller caller, NewApiKey key, CancellationToken cancellationToken = default);

    /// <summary>Lists keys in the order of their ids.</summary>
    /// <param name="tenant">Null: the caller's.</param>
    /// <param name="pageSize">1 to 100.</param>
    Task<ApiKeyPage> ListAsync(
        Caller caller, string? tenant = null, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a key; null where there is none that the caller may see.</summary>
    Task<ApiKey?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Changes a key. Streams that are open with it end.</summary>
    /// <exception cref="RegistryException">As of <see cref="CreateAsync"/>; also where the key allows more than the caller may do now;
    /// <see cref="RegistryError.NotFound"/>.</exception>
    Task<ApiKey> ChangeAsync(Caller caller, string id, ApiKeyChange change, CancellationToken cancellationToken = default);

    /// <summary>Gives a key another secret.</summary>
    /// <param name="overlap">How long the one before counts too: nothing to 30 days.</param>
    /// <exception cref="RegistryException">As of <see cref="ChangeAsync"/>.</exception>
    Task<MadeApiKey> RotateAsync(Caller caller, string id, TimeSpan overlap, CancellationToken cancellationToken = default);

    /// <summary>Takes a key back: it counts no longer, and streams that are open with it end.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>.</exception>
    Task RevokeAsync(Caller caller, string id, CancellationToken cancellationToken = default);
}
