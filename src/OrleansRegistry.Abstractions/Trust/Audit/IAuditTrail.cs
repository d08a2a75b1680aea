namespace OrleansRegistry;

/// <summary>
/// What was done in a tenant. Entries are written before whoever made the change is answered; nobody changes them, and old ones go as the retention
/// says. Whether there are any is a setting, <c>REGISTRY_AUDIT</c>. All members need the permission <see cref="Permissions.AuditRead"/>.
/// </summary>
public interface IAuditTrail
{
    /// <summary>Entries of the caller's tenant, newest first unless asked otherwise.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: the query breaks a rule. <see cref="RegistryError.Forbidden"/>: the caller may not read it.
    /// </exception>
    Task<AuditPage> ListAsync(Caller caller, AuditQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// The newest entry's place and hash. Kept elsewhere, it shows later that nothing up to there was changed or removed, not even by somebody who
    /// writes to the store.
    /// </summary>
    /// <returns>Of a tenant without entries: the sequence 0.</returns>
    Task<AuditAnchor> GetAnchorAsync(Caller caller, CancellationToken cancellationToken = default);
}

/// <summary>Which entries. All that is given must hold.</summary>
public sealed record AuditQuery
{
    /// <summary>Written at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Written before this time.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Of this caller.</summary>
    public string? Subject { get; init; }

    /// <summary>About the object with this id.</summary>
    public string? Object { get; init; }

    /// <summary>Of this operation; with <c>*</c> at the end, of all whose names begin so.</summary>
    public string? Action { get; init; }

    /// <summary>With this outcome: <see cref="AuditEntry.Done"/> or an error's code.</summary>
    public string? Outcome { get; init; }

    /// <summary>By this credential.</summary>
    public string? Credential { get; init; }

    /// <summary>True: oldest first, as a verification needs them.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>The most entries of the page; see <see cref="PageLimit.Audit"/>.</summary>
    public int PageSize { get; init; } = PageLimit.Audit.Usual;

    /// <summary><see cref="AuditPage.NextPageToken"/> of the page before, of the same query; null for the first.</summary>
    public string? PageToken { get; init; }
}

/// <summary>A page of entries. It can have fewer than were asked for, or none, and still be followed by another.</summary>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, string? NextPageToken)
{
    /// <summary>Records of the trail that cannot be read, by their ids in the store; their entries are missing.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];
}

/// <summary>How far a trail had come.</summary>
/// <param name="Sequence">Of the newest entry; 0 where there was none.</param>
/// <param name="Hash">Of the newest entry, in hex.</param>
/// <param name="Time">When that was written, in UTC; of a trail without entries, when it was asked for.</param>
public sealed record AuditAnchor(string Tenant, long Sequence, string Hash, DateTimeOffset Time)
{
    /// <summary>The <c>typ</c> of a signature's header: what is signed as something else is no anchor.</summary>
    internal const string SignatureType = "audit-anchor+jws";

    /// <summary>
    /// A detached JWS in its compact form (RFC 7515, appendix F) over the other members in canonical JSON (RFC 8785), by the key that the registry publishes at
    /// <c>/.well-known/jwks.json</c>; null of a registry without a key, and of one that is asked within its process.
    /// </summary>
    public string? Signature { get; init; }
}
