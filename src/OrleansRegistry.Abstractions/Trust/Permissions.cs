namespace OrleansRegistry;

/// <summary>What a caller may have done, beside what ownership says. docs/trust.md has the table of roles.</summary>
[Flags]
public enum Permissions : long
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Get, list, search, watch and count agents, and read their versions, instances, probes and vectors.</summary>
    AgentsRead = 1 << 0,

    /// <summary>Register agents, and change and remove those of one's own.</summary>
    AgentsWrite = 1 << 1,

    /// <summary>Change and remove agents of other owners too. Steps over ownership.</summary>
    AgentsManage = 1 << 2,

    /// <summary>Approve and reject agents and cards that wait for a review.</summary>
    AgentsReview = 1 << 3,

    /// <summary>Read one's own tasks and contexts.</summary>
    TasksRead = 1 << 4,

    /// <summary>Send messages to agents, and change one's own tasks and contexts.</summary>
    TasksWrite = 1 << 5,

    /// <summary>Claim tasks of agents and work on them.</summary>
    TasksWork = 1 << 6,

    /// <summary>Read the tasks and contexts of all owners, where that is asked for. Steps over ownership.</summary>
    TasksReadAll = 1 << 7,

    /// <summary>Read snapshots.</summary>
    SnapshotsRead = 1 << 8,

    /// <summary>Save and delete snapshots.</summary>
    SnapshotsWrite = 1 << 9,

    /// <summary>Read, make and delete one's own subscriptions to agents.</summary>
    Subscriptions = 1 << 10,

    /// <summary>Give, ask for and take back grants to agents of one's own.</summary>
    Grants = 1 << 11,

    /// <summary>Make, change and revoke API keys of all subjects of the tenant.</summary>
    Keys = 1 << 12,

    /// <summary>Make, change and remove users of the tenant.</summary>
    Users = 1 << 13,

    /// <summary>Change what the tenant asks for: reviews, signatures, issuers, trust.</summary>
    Policies = 1 << 14,

    /// <summary>Read the audit trail of the tenant.</summary>
    AuditRead = 1 << 15,

    /// <summary>Export what the tenant has.</summary>
    DataExport = 1 << 16,

    /// <summary>Import into the tenant.</summary>
    DataImport = 1 << 17,

    /// <summary>Read the figures of the whole registry.</summary>
    Metrics = 1 << 18,

    /// <summary>Erase the tenant whole.</summary>
    TenantErase = 1 << 19,

    /// <summary>Make, change, export and erase any tenant.</summary>
    Tenants = 1 << 20,

    /// <summary>Make, verify and restore backups of all tenants.</summary>
    Backups = 1 << 21,

    /// <summary>All that ownership allows: what those may do whom nobody asked who they are.</summary>
    All = (1 << 22) - 1 - AgentsManage - TasksReadAll,

    /// <summary>
    /// All that ownership allows within a tenant, without who is let into it, and without its end: what those may do whom a gateway names without roles.
    /// </summary>
    Member = All - Keys - Users - Metrics - TenantErase - Tenants - Backups,

    /// <summary>All, over ownership too.</summary>
    Everything = (1 << 22) - 1,
}
