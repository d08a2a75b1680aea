using OrleansRegistry.Agents.Sources;
using OrleansRegistry.Backups;
using OrleansRegistry.Probes;
using OrleansRegistry.Push;
using OrleansRegistry.Snapshots;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Trust.Audit;
using OrleansRegistry.Trust.Domains;
using OrleansRegistry.Trust.Reviews;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Hosting;

/// <summary>Where records are kept.</summary>
public enum StorageType
{
    /// <summary>In an SQLite database on this machine: one process at a time, durable.</summary>
    Sqlite,

    /// <summary>In an SQLite database in memory: gone when the process ends.</summary>
    Memory,

    /// <summary>In a PostgreSQL database, which any number of processes may share.</summary>
    Postgres,

    /// <summary>In such a database through Orleans's stock ADO.NET provider: slower.</summary>
    AdoNet,
}

/// <summary>
/// How this process takes part in the registry. The summary of each property names its setting, where it has one: what that can be is in
/// <c>docs/settings.md</c>, and checked whoever sets it.
/// </summary>
public sealed class RegistryOptions
{
    /// <summary>Where records are kept (<c>STORAGE_TYPE</c>).</summary>
    public StorageType StorageType { get; set; } = StorageType.Sqlite;

    /// <summary>The folder of the SQLite database, <c>registry.db</c> (<c>STORAGE_DATA_DIR</c>).</summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>Check the whole SQLite database for damage before serving (<c>STORAGE_CHECK_ON_STARTUP</c>).</summary>
    public bool CheckDataOnStartup { get; set; } = true;

    /// <summary>
    /// Bring the schema of the SQLite database up to date at the start (<c>STORAGE__RUN_MIGRATIONS_ON_STARTUP</c>); else a schema that is behind
    /// stops the start.
    /// </summary>
    public bool RunMigrations { get; set; } = true;

    /// <summary>The database (<c>DATABASE_URL</c>, <c>STORAGE__POSTGRES_…</c>); null where none is named.</summary>
    public PostgresStoreOptions? Postgres { get; set; }

    /// <summary>Refuse callers of tenants that were not made (<c>REGISTRY_TENANTS</c>).</summary>
    public bool KnownTenantsOnly { get; set; }

    /// <summary>Refuse agent cards for what would otherwise be a warning (<c>REGISTRY_STRICT_CARDS</c>).</summary>
    public bool StrictCards { get; set; }

    /// <summary>The largest agent card (<c>REGISTRY_MAX_CARD_BYTES</c>).</summary>
    public int MaxCardBytes { get; set; } = new AgentRules().MaxCardBytes;

    /// <summary>The largest message, artifact, metadata object or feedback (<c>REGISTRY_MAX_MESSAGE_BYTES</c>).</summary>
    public int MaxMessageBytes { get; set; } = new TaskRules().MaxMessageBytes;

    /// <summary>The most bytes of a task's history and artifacts in one answer or update (<c>REGISTRY_MAX_LOAD_BYTES</c>).</summary>
    public int MaxLoadBytes { get; set; } = new TaskRules().MaxLoadBytes;

    /// <summary>Whether it is looked at tasks to tell how those of each agent go (<c>AGENT_ACTIVITY_ENABLED</c>).</summary>
    public bool AgentActivity { get; set; } = true;

    /// <summary>Up to how many vectors of a tenant are all compared in a search by meaning (<c>REGISTRY_EXACT_VECTORS</c>).</summary>
    public int ExactVectors { get; set; } = 50_000;

    /// <summary>When new tasks without a deadline of their own fail (<c>TASK_DEADLINE_SECONDS</c>); null for never.</summary>
    public TimeSpan? TaskDeadline { get; set; }

    /// <summary>After how many claims without a change a task fails (<c>TASK_MAX_ATTEMPTS</c>); 0 for no limit.</summary>
    public int TaskMaxAttempts { get; set; } = TaskRules.UsualAttempts;

    /// <summary>How long tasks that are over are kept (<c>TASK_RETENTION_SECONDS</c>); null for always.</summary>
    public TimeSpan? TaskRetention { get; set; }

    /// <summary>How long contexts are kept in which nothing happens (<c>CONTEXT_RETENTION_SECONDS</c>); null for always.</summary>
    public TimeSpan? ContextRetention { get; set; }

    /// <summary>How long the grain of an agent, task or context stays in memory unused (<c>REGISTRY_IDLE_SECONDS</c>).</summary>
    public TimeSpan GrainIdle { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Which extensions are listed (<c>A2A_REGISTRY_…</c>).</summary>
    public ExtensionPolicy Extensions { get; set; } = new();

    /// <summary>How the cards of agents are fetched that are registered by URL (<c>CARD_FETCH_…</c>).</summary>
    public CardFetchOptions CardFetch { get; set; } = new();

    /// <summary>How many of the cards that agents had are kept, and how long (<c>AGENT_VERSIONS_…</c>).</summary>
    public AgentVersionOptions AgentVersions { get; set; } = new();

    /// <summary>
    /// After how long without a beat an ephemeral agent expires that names no time of its own (<c>REGISTRY_LEASE_SECONDS</c>).
    /// </summary>
    public TimeSpan LeaseTime { get; set; } = new AgentRules().Leases.Usual;

    /// <summary>The most instances of one agent (<c>AGENT_MAX_INSTANCES</c>).</summary>
    public int MaxInstances { get; set; } = new AgentRules().Instances.Most;

    /// <summary>How it is looked at the cards that agents publish (<c>CARD_PROBE_…</c>).</summary>
    public ProbeOptions Probes { get; set; } = new();

    /// <summary>Whose signatures of cards count, and whether cards must have one (<c>REGISTRY_CARD_ISSUER…</c>).</summary>
    public SignatureOptions Signatures { get; set; } = new();

    /// <summary>How it is looked whether domains are proved (<c>REGISTRY_DOMAIN_…</c>).</summary>
    public DomainOptions Domains { get; set; } = new();
    /// <summary>
    /// What is asked of new agents and other cards in all tenants (<c>REGISTRY_REVIEW</c>, <c>REGISTRY_POLICY_HOOK_…</c>).
    /// </summary>
    public ReviewOptions Reviews { get; set; } = new();

    /// <summary>How push notifications are delivered (<c>PUSH_…</c>).</summary>
    public PushOptions Push { get; set; } = new();

    /// <summary>Where snapshots of agents' states are kept, and for how long (<c>SNAPSHOT_…</c>, <c>PERSIST_…</c>).</summary>
    public SnapshotOptions Snapshots { get; set; } = new();

    /// <summary>Where backups are kept, which are made by themselves, and how long they stay (<c>BACKUP_…</c>).</summary>
    public BackupOptions Backups { get; set; } = new();

    /// <summary>Whether and how it is written down who changed what (<c>REGISTRY_AUDIT…</c>).</summary>
    public AuditOptions Audit { get; set; } = new();

    /// <summary>How users log in (<c>REGISTRY_SESSION_…</c>).</summary>
    public LoginOptions Logins { get; set; } = new();

    /// <summary>The cluster that this process is a part of; none by default.</summary>
    public RegistryClusterOptions Cluster { get; set; } = new();

    /// <summary>
    /// How long the registry takes to stop at most: <see cref="RegistryClusterOptions.Drain"/>, and 60 s for requests and grains. A host whose
    /// <c>HostOptions.ShutdownTimeout</c> is shorter cuts that off: acknowledged writes are stored, calls under way are lost.
    /// </summary>
    public TimeSpan ShutdownTime => Cluster.DrainTime + TimeSpan.FromSeconds(60);

    /// <summary>Where the silo listens (<c>ORLEANS_SILO_PORT</c>); 0 for the default.</summary>
    public int SiloPort { get; set; }

    /// <summary>Where the silo takes Orleans clients (<c>ORLEANS_GATEWAY_PORT</c>); 0 for the default.</summary>
    public int GatewayPort { get; set; }
}
