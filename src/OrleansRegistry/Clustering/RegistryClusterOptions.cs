namespace OrleansRegistry.Hosting;

/// <summary>How the silos of a cluster find one another.</summary>
public enum ClusteringType
{
    /// <summary>Not at all: this process has the one silo.</summary>
    Localhost,

    /// <summary>Through tables in the registry's PostgreSQL database.</summary>
    Postgres,
}

/// <summary>What a process does in its cluster.</summary>
public enum ClusterRole
{
    /// <summary>Holds grains and answers HTTP.</summary>
    All,

    /// <summary>Holds grains; over HTTP it tells its health only.</summary>
    Silo,

    /// <summary>Answers HTTP from a directory of its own and calls the grains of others.</summary>
    Gateway,
}

/// <summary>How this process takes part in a cluster. The summary of each names its setting.</summary>
public sealed class RegistryClusterOptions
{
    /// <summary><c>REGISTRY_CLUSTERING</c>: <c>localhost</c> (default) or <c>postgres</c>.</summary>
    public ClusteringType Type { get; set; }

    /// <summary><c>REGISTRY_ROLE</c>: <c>all</c> (default), <c>silo</c> or <c>gateway</c>.</summary>
    public ClusterRole Role { get; set; }

    /// <summary><c>ORLEANS_CLUSTER_ID</c>: silos of one id are one cluster. 1 to 150 characters.</summary>
    public string ClusterId { get; set; } = "orleans-registry";

    /// <summary><c>ORLEANS_SERVICE_ID</c>: the same for all that ever share the database. 1 to 150 characters.</summary>
    public string ServiceId { get; set; } = "orleans-registry";

    /// <summary><c>ORLEANS_SILO_NAME</c>: what logs and the membership table call this silo; null for machine and port.</summary>
    public string? SiloName { get; set; }

    /// <summary>
    /// <c>ORLEANS_ADVERTISED_ADDRESS</c>: the IP address or host name under which the others reach this silo; null for this machine's first
    /// address that is not the loopback. With a loopback address the silo listens there only.
    /// </summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>
    /// <c>REGISTRY_DRAIN_SECONDS</c>: how long a process that was told to stop goes on serving while it says that it is not ready, so that
    /// balancers turn away; 0 to 300 s. Null: 5 s in a cluster, else none.
    /// </summary>
    public TimeSpan? Drain { get; set; }

    internal bool IsCluster => Type == ClusteringType.Postgres;

    internal TimeSpan DrainTime => Drain ?? (IsCluster ? TimeSpan.FromSeconds(5) : TimeSpan.Zero);
}
