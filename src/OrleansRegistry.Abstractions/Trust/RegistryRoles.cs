using System.Collections.Frozen;

namespace OrleansRegistry;

/// <summary>The roles that a caller can have, by name, and what each may do. A caller with several may do what any of them may.</summary>
public static class RegistryRoles
{
    private const Permissions Viewer = Permissions.AgentsRead | Permissions.TasksRead | Permissions.SnapshotsRead;

    private const Permissions Service = Viewer | Permissions.TasksWrite | Permissions.SnapshotsWrite | Permissions.Subscriptions;

    private const Permissions User = Service | Permissions.AgentsWrite | Permissions.TasksWork | Permissions.Grants;

    private const Permissions Devops = User | Permissions.AgentsManage | Permissions.TasksReadAll | Permissions.DataExport;

    private const Permissions Admin = Devops | Permissions.AgentsReview | Permissions.Keys | Permissions.Users | Permissions.Policies
        | Permissions.AuditRead | Permissions.DataImport;

    /// <summary>Of an agent itself: bound to the agents that its credential names.</summary>
    public const string Agent = "agent";

    /// <summary>Manages all tenants and the registry as a whole.</summary>
    public const string Operator = "operator";

    private static readonly FrozenDictionary<string, Permissions> Known = new Dictionary<string, Permissions>
    {
        ["viewer"] = Viewer,
        ["user"] = User,
        ["devops"] = Devops,
        ["admin"] = Admin,
        ["owner"] = Admin | Permissions.TenantErase,
        [Agent] = Viewer | Permissions.AgentsWrite | Permissions.TasksWork | Permissions.SnapshotsWrite,
        ["service"] = Service,
        [Operator] = Permissions.Everything,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All names, in order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What a role may do; null where there is none of that name.</summary>
    public static Permissions? Find(string role) => Known.TryGetValue(role, out var permissions) ? permissions : null;

    /// <summary>What somebody with all of these roles may do.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: there is no such role.</exception>
    public static Permissions Of(IEnumerable<string> roles)
    {
        var all = Permissions.None;
        foreach (var role in roles)
        {
            all |= Find(role) ?? throw RegistryException.Invalid("roles", $"'{LogText.Id(role)}' is not a role: {string.Join(", ", All)}");
        }

        return all;
    }
}
