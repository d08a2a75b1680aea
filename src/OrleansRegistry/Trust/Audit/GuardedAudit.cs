namespace OrleansRegistry.Trust.Audit;

/// <summary><see cref="IAuditTrail"/> for callers.</summary>
internal sealed class GuardedAudit(AuditTrail trail, Operations operations) : IAuditTrail
{
    /// <summary>Reading it is not a change, and has no entry.</summary>
    private static readonly Operation Read = new("registry.audit.read", Permissions.AuditRead);

    public Task<AuditPage> ListAsync(Caller caller, AuditQuery? query = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(Read, caller, null, () => trail.ListAsync(caller, query, cancellationToken));

    public Task<AuditAnchor> GetAnchorAsync(Caller caller, CancellationToken cancellationToken = default) =>
        operations.RunAsync(Read, caller, null, () => trail.GetAnchorAsync(caller, cancellationToken));
}
