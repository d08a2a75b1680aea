namespace OrleansRegistry;

/// <summary>
/// The tenants that this registry knows by name. A tenant that is not among them may be used all the same, unless a setting wants all to be known
/// (<c>REGISTRY_TENANTS=known</c>); it has no limits. All but <see cref="GetAsync"/> and <see cref="GetUsageAsync"/> of the caller's own tenant, and
/// <see cref="EraseAsync"/> of it with <see cref="Permissions.TenantErase"/>, need <see cref="Permissions.Tenants"/>; without, what is not one's own
/// is not there.
/// </summary>
public interface ITenants
{
    /// <summary>Makes a tenant known, or changes one.</summary>
    /// <param name="ifVersion">Changes it only where it has this version; 0 only makes a new one. Null for either.</param>
    /// <returns>The tenant, and whether it was not known before, or erased.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>, <see cref="RegistryError.Forbidden"/>; <see cref="RegistryError.Conflict"/>: it has another version, or is
    /// being erased.
    /// </exception>
    Task<(RegistryTenant Tenant, bool Created)> PutAsync(
        Caller caller, string tenant, TenantChange change, long? ifVersion = null, CancellationToken cancellationToken = default);

    /// <summary>One tenant; null where it is not known, or not to this caller.</summary>
    Task<RegistryTenant?> GetAsync(Caller caller, string tenant, CancellationToken cancellationToken = default);

    /// <summary>What a tenant has, counted now. It need not be known by name.</summary>
    Task<TenantUsage> GetUsageAsync(Caller caller, string tenant, CancellationToken cancellationToken = default);

    /// <summary>Tenants in the order of their names.</summary>
    /// <param name="pageSize">1 to 1,000.</param>
    Task<TenantPage> ListAsync(Caller caller, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Erases all that a tenant has: from now on its callers are refused, and once it is done nothing of it is in the store but that it is
    /// <see cref="TenantState.Erased"/>, when and by whom, until it is made again. It goes on where this process ends. Backups that were made before
    /// still have it, until they are pruned.
    /// </summary>
    /// <param name="wait">The longest to wait for the end; null for as long as it takes.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>, <see cref="RegistryError.NotFound"/>.</exception>
    Task<TenantErasure> EraseAsync(Caller caller, string tenant, TimeSpan? wait = null, CancellationToken cancellationToken = default);
}
