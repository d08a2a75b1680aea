namespace OrleansRegistry;

/// <summary>What a tenant may do now.</summary>
public enum TenantState
{
    /// <summary>Its callers are let in.</summary>
    Active,

    /// <summary>Its callers are refused; all that it has stays.</summary>
    Suspended,

    /// <summary>All that it has is being erased.</summary>
    Erasing,

    /// <summary>All that it had is erased. Its callers are refused until it is made again.</summary>
    Erased,
}

/// <summary>Names of <see cref="TenantState"/>.</summary>
public static class TenantStates
{
    private static readonly EnumNames<TenantState> Names = new(
        (TenantState.Active, "active"),
        (TenantState.Suspended, "suspended"),
        (TenantState.Erasing, "erasing"),
        (TenantState.Erased, "erased"));

    /// <summary>All names, for messages.</summary>
    public static string AllNames => Names.All;

    /// <summary>The name in documents, such as <c>active</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this TenantState state) => Names.Of(state);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static TenantState? TryParse(string? name) => Names.TryParse(name);
}

/// <summary>How much a tenant may have; null for as much as it likes.</summary>
/// <param name="Agents">Agents, from 0.</param>
/// <param name="OpenTasks">Tasks that have not ended, from 0.</param>
/// <param name="Bytes">What its records take in the store, without indexes and files of snapshots, from 0.</param>
public sealed record TenantLimits(long? Agents = null, long? OpenTasks = null, long? Bytes = null);

/// <summary>How much a tenant has.</summary>
/// <param name="Bytes">Of its records in the store, without indexes and files of snapshots.</param>
public sealed record TenantUsage(long Agents, long OpenTasks, long Bytes);

/// <summary>A tenant that was made known to the registry.</summary>
/// <param name="Name">1 to 64 ASCII letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</param>
/// <param name="Version">Rises with each change of it.</param>
public sealed record RegistryTenant(string Name, TenantState State, DateTimeOffset CreatedAt, long Version)
{
    /// <summary>For people; null for none.</summary>
    public string? Description { get; init; }

    /// <summary>Why it is suspended, as its callers are told; null for none.</summary>
    public string? Reason { get; init; }

    /// <summary>How much it may have.</summary>
    public TenantLimits Limits { get; init; } = new();
}

/// <summary>What to make of a tenant. Null leaves a member as it is.</summary>
public sealed record TenantChange
{
    /// <summary>Up to 1,000 characters; empty for none.</summary>
    public string? Description { get; init; }

    /// <summary><see cref="TenantState.Active"/> or <see cref="TenantState.Suspended"/>.</summary>
    public TenantState? State { get; init; }

    /// <summary>Up to 1,000 characters; empty for none.</summary>
    public string? Reason { get; init; }

    /// <summary>All limits at once.</summary>
    public TenantLimits? Limits { get; init; }
}

/// <summary>A page of tenants, in the order of their names.</summary>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record TenantPage(IReadOnlyList<RegistryTenant> Tenants, string? NextPageToken);

/// <summary>How far an erasure is.</summary>
/// <param name="IsDone">Nothing of the tenant is left.</param>
/// <param name="Erased">Records that are gone, as far as this process erased them.</param>
public sealed record TenantErasure(string Tenant, bool IsDone, long Erased);
