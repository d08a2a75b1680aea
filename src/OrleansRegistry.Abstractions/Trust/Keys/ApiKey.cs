namespace OrleansRegistry;

/// <summary>A key by which requests say who calls. Its secret is kept as a hash, and shown to nobody again.</summary>
public sealed record ApiKey
{
    /// <summary>Names the key, and is the first part of its text: 8 to 12 lower-case letters and digits. No two of a registry share one.</summary>
    public required string Id { get; init; }

    /// <summary>The tenant of requests with it.</summary>
    public required string Tenant { get; init; }

    /// <summary>Their subject.</summary>
    public required string Subject { get; init; }

    /// <summary>Their roles (<see cref="RegistryRoles"/>), one at least.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The only agents that they change, work for and send messages to, by id; null for no such limit.</summary>
    public IReadOnlyList<string>? Agents { get; init; }

    /// <summary>What it is for, in its maker's words.</summary>
    public string? Description { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The subject that made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it counts no longer; null: never by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it got the secret that it has; null: with its creation.</summary>
    public DateTimeOffset? RotatedAt { get; init; }

    /// <summary>Until when the secret before that counts too; null where none does.</summary>
    public DateTimeOffset? PreviousUntil { get; init; }

    /// <summary>About when a request last came with it; null: none that is known of.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>A key that is to be made.</summary>
/// <param name="Subject">Who calls with it.</param>
/// <param name="Roles">One at least; together they allow no more than its maker may do.</param>
public sealed record NewApiKey(string Subject, IReadOnlyList<string> Roles)
{
    /// <summary>Null: its maker's. Another takes who manages tenants.</summary>
    public string? Tenant { get; init; }

    /// <inheritdoc cref="ApiKey.Agents"/>
    public IReadOnlyList<string>? Agents { get; init; }

    /// <summary>Up to 1,024 characters.</summary>
    public string? Description { get; init; }

    /// <inheritdoc cref="ApiKey.ExpiresAt"/>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>What of a key changes; what is not set stays.</summary>
public sealed record ApiKeyChange
{
    /// <inheritdoc cref="ApiKey.Roles"/>
    public Changed<IReadOnlyList<string>>? Roles { get; init; }

    /// <inheritdoc cref="ApiKey.Agents"/>
    public Changed<IReadOnlyList<string>?>? Agents { get; init; }

    /// <inheritdoc cref="ApiKey.Description"/>
    public Changed<string?>? Description { get; init; }

    /// <inheritdoc cref="ApiKey.ExpiresAt"/>
    public Changed<DateTimeOffset?>? ExpiresAt { get; init; }
}

/// <summary>A value that takes the place of another, which may be null.</summary>
public sealed record Changed<T>(T To);

/// <summary>A key with its text, which is told this once.</summary>
/// <param name="Text">What a request carries: <c>ork_…</c>.</param>
public sealed record MadeApiKey(ApiKey Key, string Text);

/// <summary>Some keys, in the order of their ids.</summary>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record ApiKeyPage(IReadOnlyList<ApiKey> Keys, string? NextPageToken);
