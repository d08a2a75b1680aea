namespace OrleansRegistry;

/// <summary>Permissions as they are written: <c>agents-read</c>.</summary>
public static class PermissionNames
{
    private static readonly (Permissions Permission, string Name)[] Named =
    [
        (Permissions.AgentsRead, "agents-read"),
        (Permissions.AgentsWrite, "agents-write"),
        (Permissions.AgentsManage, "agents-manage"),
        (Permissions.AgentsReview, "agents-review"),
        (Permissions.TasksRead, "tasks-read"),
        (Permissions.TasksWrite, "tasks-write"),
        (Permissions.TasksWork, "tasks-work"),
        (Permissions.TasksReadAll, "tasks-read-all"),
        (Permissions.SnapshotsRead, "snapshots-read"),
        (Permissions.SnapshotsWrite, "snapshots-write"),
        (Permissions.Subscriptions, "subscriptions"),
        (Permissions.Grants, "grants"),
        (Permissions.Keys, "keys"),
        (Permissions.Users, "users"),
        (Permissions.Policies, "policies"),
        (Permissions.AuditRead, "audit-read"),
        (Permissions.DataExport, "data-export"),
        (Permissions.DataImport, "data-import"),
        (Permissions.Metrics, "metrics"),
        (Permissions.TenantErase, "tenant-erase"),
        (Permissions.Tenants, "tenants"),
        (Permissions.Backups, "backups"),
    ];

    /// <summary>All permissions, one by one, in their order.</summary>
    public static IReadOnlyList<Permissions> All { get; } = [.. Named.Select(named => named.Permission)];

    /// <summary>The name of each of them.</summary>
    public static IEnumerable<string> Of(Permissions permissions) =>
        Named.Where(named => (permissions & named.Permission) != Permissions.None).Select(named => named.Name);
}
