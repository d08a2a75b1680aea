namespace OrleansRegistry;

/// <summary>A person who logs in by name and password.</summary>
public sealed record RegistryUser
{
    /// <summary>The name within the tenant, and the subject of its requests: 1 to 64 letters, digits, <c>-</c>, <c>_</c>, <c>.</c>, <c>+</c> and
    /// <c>@</c>, as they are written.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant of its requests.</summary>
    public required string Tenant { get; init; }

    /// <summary>Its roles (<see cref="RegistryRoles"/>), one at least.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Whether it cannot log in.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The subject that made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When its roles, its password or whether it is disabled changed last.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Until when it cannot log in, as somebody tried wrong passwords; null where it can.</summary>
    public DateTimeOffset? LockedUntil { get; init; }
}

/// <summary>A user who is to be made.</summary>
/// <param name="Name">As <see cref="RegistryUser.Name"/>.</param>
/// <param name="Roles">One at least; together they allow no more than the maker may do.</param>
public sealed record NewUser(string Name, IReadOnlyList<string> Roles)
{
    /// <summary>Null: the maker's. Another takes who manages tenants.</summary>
    public string? Tenant { get; init; }
}

/// <summary>What of a user changes; what is null stays.</summary>
public sealed record UserChange
{
    /// <inheritdoc cref="RegistryUser.Roles"/>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <inheritdoc cref="RegistryUser.IsDisabled"/>
    public bool? IsDisabled { get; init; }
}

/// <summary>Some users, in the order of their names.</summary>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record RegistryUserPage(IReadOnlyList<RegistryUser> Users, string? NextPageToken);
