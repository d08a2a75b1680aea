namespace OrleansRegistry.Clustering;

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

/// <summary>
/// How this process takes part in a cluster. The summary of each property names its setting: what that can be is in <c>docs/settings.md</c>.
/// </summary>
public sealed class RegistryClusterOptions
{
    /// <summary>How silos find one another (<c>REGISTRY_CLUSTERING</c>).</summary>
    public ClusteringType Type { get; set; }

    /// <summary>What this process does (<c>REGISTRY_ROLE</c>).</summary>
    public ClusterRole Role { get; set; }

    /// <summary>Silos of one id are one cluster (<c>ORLEANS_CLUSTER_ID</c>).</summary>
    public string ClusterId { get; set; } = "orleans-registry";

    /// <summary>The same for all processes that ever share the database (<c>ORLEANS_SERVICE_ID</c>).</summary>
    public string ServiceId { get; set; } = "orleans-registry";

    /// <summary>What logs and the membership table call this silo (<c>ORLEANS_SILO_NAME</c>); null for machine and port.</summary>
    public string? SiloName { get; set; }

    /// <summary>
    /// The IP address or host name under which the others reach this silo (<c>ORLEANS_ADVERTISED_ADDRESS</c>); null for this machine's first address
    /// that is not the loopback. With a loopback address the silo listens there only.
    /// </summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>
    /// How long a process keeps serving after a request to stop, while its readiness reports that it is stopping (<c>REGISTRY_DRAIN_SECONDS</c>);
    /// null for 5 s in a cluster, else none.
    /// </summary>
    public TimeSpan? Drain { get; set; }

    /// <summary>TLS between the processes of the cluster.</summary>
    public ClusterTlsOptions Tls { get; } = new();

    internal bool IsCluster => Type == ClusteringType.Postgres;

    internal TimeSpan DrainTime => Drain ?? (IsCluster ? TimeSpan.FromSeconds(5) : TimeSpan.Zero);
}
