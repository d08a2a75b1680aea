using OrleansRegistry.Model;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Hosting;

/// <summary>Where records are kept.</summary>
public enum StorageType
{
    /// <summary>In files of this machine: one process at a time, durable.</summary>
    File,

    /// <summary>In this process: gone when it ends.</summary>
    Memory,

    /// <summary>In a PostgreSQL database, which any number of processes may share.</summary>
    Postgres,

    /// <summary>In such a database through Orleans's stock ADO.NET provider: slower.</summary>
    AdoNet,
}

/// <summary>How this process takes part in the registry. The summary of each names its setting.</summary>
public sealed class RegistryOptions
{
    /// <summary>
    /// <c>STORAGE_TYPE</c> (or <c>STORAGE_BACKEND</c>): <c>file</c> (default), <c>memory</c>, <c>postgres</c> (<c>database</c> too), which is the default
    /// where <c>DATABASE_URL</c> is set, or <c>adonet</c>.
    /// </summary>
    public StorageType StorageType { get; set; } = StorageType.File;

    /// <summary><c>STORAGE_DATA_DIR</c>: the folder of the file store.</summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>
    /// <c>DATABASE_URL</c> and <c>STORAGE__POSTGRES_SCHEMA</c>, <c>_POOL_MIN</c>, <c>_POOL_MAX</c>, <c>_TIMEOUT</c>, <c>_COMMAND_TIMEOUT</c>, <c>_MAX_RETRIES</c>,
    /// <c>_RETRY_DELAY</c> (times in seconds), <c>STORAGE__RUN_MIGRATIONS_ON_STARTUP</c>: the database; null where none is named.
    /// </summary>
    public PostgresStoreOptions? Postgres { get; set; }

    /// <summary><c>REGISTRY_STRICT_CARDS</c>: refuse agent cards for what would otherwise be a warning.</summary>
    public bool StrictCards { get; set; }

    /// <summary><c>REGISTRY_MAX_CARD_BYTES</c>: the largest agent card, 1 KiB to 16 MiB.</summary>
    public int MaxCardBytes { get; set; } = new AgentRules().MaxCardBytes;

    /// <summary><c>REGISTRY_MAX_MESSAGE_BYTES</c>: the largest message, artifact, metadata object or feedback, 1 KiB to 16 MiB.</summary>
    public int MaxMessageBytes { get; set; } = new TaskRules().MaxMessageBytes;

    /// <summary><c>REGISTRY_MAX_LOAD_BYTES</c>: the most that one answer carries of a task's history and artifacts, and one update brings, 64 KiB to 32 MiB.</summary>
    public int MaxLoadBytes { get; set; } = new TaskRules().MaxLoadBytes;

    /// <summary><c>TASK_DEADLINE_SECONDS</c>: new tasks that are given no deadline fail unless they are over after so long, 1 s to 366 days; null (default) or 0 lets them be.</summary>
    public TimeSpan? TaskDeadline { get; set; }

    /// <summary><c>TASK_MAX_ATTEMPTS</c>: so many claims in a row that bring no change of a task make it fail, 1 to 1,000; 0 lets it be.</summary>
    public int TaskMaxAttempts { get; set; } = TaskRules.UsualAttempts;

    /// <summary><c>TASK_RETENTION_SECONDS</c>: tasks that are over for so long are deleted; null (default) or 0 keeps them.</summary>
    public TimeSpan? TaskRetention { get; set; }

    /// <summary>
    /// <c>CONTEXT_RETENTION_SECONDS</c>: contexts in which nothing has happened for so long are deleted with their tasks, unless one of those is not over;
    /// null (default) or 0 keeps them.
    /// </summary>
    public TimeSpan? ContextRetention { get; set; }

    /// <summary><c>REGISTRY_IDLE_SECONDS</c>: how long an agent's, task's or context's grain stays in memory unused; 10 s to a day.</summary>
    public TimeSpan GrainIdle { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Which extensions are listed: <c>A2A_REGISTRY_DEV_MODE</c>, <c>A2A_REGISTRY_REQUIRE_EXTENSION_VERIFICATION</c>,
    /// <c>A2A_REGISTRY_EXTENSION_ALLOWLIST</c> (uris, comma between), <c>A2A_REGISTRY_DEFAULT_DEV_TRUST_LEVEL</c>.
    /// </summary>
    public ExtensionPolicy Extensions { get; set; } = new();

    /// <summary>The cluster that this process is a part of; by default it is none of any.</summary>
    public RegistryClusterOptions Cluster { get; set; } = new();

    /// <summary>
    /// How long the registry takes to stop at most: <see cref="RegistryClusterOptions.Drain"/>, and 60 s for requests and grains. A host whose
    /// <c>HostOptions.ShutdownTimeout</c> is shorter cuts that off: acknowledged writes are stored, calls under way are lost.
    /// </summary>
    public TimeSpan ShutdownTime => Cluster.DrainTime + TimeSpan.FromSeconds(60);

    /// <summary><c>ORLEANS_SILO_PORT</c>: where the silo listens; 0 (default) takes a free port of the loopback, or 11111 where the silo is on another address.</summary>
    public int SiloPort { get; set; }

    /// <summary><c>ORLEANS_GATEWAY_PORT</c>: where the silo takes Orleans clients; 0 (default) takes a free port of the loopback, or 30000 where the silo is on another address.</summary>
    public int GatewayPort { get; set; }
}
