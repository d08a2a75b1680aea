namespace OrleansRegistry.Trust.Audit;

/// <summary>Whether changes are audited.</summary>
public enum AuditMode
{
    /// <summary>As <see cref="AuditDefault"/> says: of a server that asks who calls <see cref="On"/>, else <see cref="Off"/>.</summary>
    Auto,

    /// <summary>No.</summary>
    Off,

    /// <summary>Each is answered once its entry is stored. While entries cannot be stored, changes stop.</summary>
    On,

    /// <summary>Changes wait for no entry, and go on while entries cannot be stored: some may be lost.</summary>
    BestEffort,
}

/// <summary>How the audit trail is kept; the summary of each property names its setting.</summary>
public sealed record AuditOptions
{
    /// <summary>Whether changes are audited (<c>REGISTRY_AUDIT</c>).</summary>
    public AuditMode Mode { get; init; }

    /// <summary>How long entries are kept (<c>REGISTRY_AUDIT_RETENTION_SECONDS</c>); null for always, and never less than an hour.</summary>
    public TimeSpan? Retention { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Whether refused calls have entries too (<c>REGISTRY_AUDIT_REFUSED</c>).</summary>
    public bool Refused { get; init; }

    /// <summary>Whether entries are lines of the log too, in the category <c>OrleansRegistry.Audit</c> (<c>REGISTRY_AUDIT_LOG</c>).</summary>
    public bool Log { get; init; }

    /// <summary>How many refused calls of a tenant one process writes in a second at most (<c>REGISTRY_AUDIT_REFUSED_PER_SECOND</c>).</summary>
    public int RefusedPerSecond { get; init; } = 10;
}

/// <summary>What <see cref="AuditMode.Auto"/> is. A host that asks who calls registers its own.</summary>
internal sealed record AuditDefault(AuditMode Mode);
