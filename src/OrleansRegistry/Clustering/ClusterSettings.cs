namespace OrleansRegistry.Clustering;

/// <summary>The part of a process in its cluster.</summary>
internal static class ClusterSettings
{
    private const int MaxIdLength = 150;

    private static readonly SettingKind<string?> Id =
        SettingKind.Plain($"a name of 1 to {MaxIdLength} characters", id => id.Length is > 0 and <= MaxIdLength);

    private static readonly SettingKind<int> Port = SettingKind.Number(0, 65_535);

    private static readonly SettingKind<string?> Path = SettingKind.Plain("a path");

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Cluster")
        .Add(
            "REGISTRY_CLUSTERING",
            SettingKind.OneOf(("localhost", ClusteringType.Localhost), ("postgres", ClusteringType.Postgres)),
            "`localhost`: this process has the only silo. `postgres`: "
            + "silos find one another in the registry's database, which `STORAGE_TYPE` must name.",
            options => options.Cluster.Type,
            (options, value) => options.Cluster.Type = value,
            new() { More = "cluster.md" })
        .Add(
            "REGISTRY_ROLE",
            SettingKind.OneOf(("all", ClusterRole.All), ("silo", ClusterRole.Silo), ("gateway", ClusterRole.Gateway)),
            "In a cluster: `silo` holds grains and answers nothing over HTTP but health, "
            + "`gateway` answers HTTP from its own directory and calls the silos, `all` does both.",
            options => options.Cluster.Role,
            (options, value) => options.Cluster.Role = value)
        .Add(
            "ORLEANS_CLUSTER_ID",
            Id,
            "Silos of one id are one cluster. One database is one registry: another id is for replacing a cluster as a whole.",
            options => options.Cluster.ClusterId,
            (options, value) => options.Cluster.ClusterId = value!)
        .Add(
            "ORLEANS_SERVICE_ID",
            Id,
            "The same for all processes that ever share the database.",
            options => options.Cluster.ServiceId,
            (options, value) => options.Cluster.ServiceId = value!)
        .Add(
            "ORLEANS_SILO_NAME",
            SettingKind.Plain("a name"),
            "What logs and the membership table call this silo.",
            options => options.Cluster.SiloName,
            (options, value) => options.Cluster.SiloName = value,
            new() { Unset = "machine and port" })
        .Add(
            SiloEndpoint.Setting,
            SettingKind.Text(SiloEndpoint.Choices),
            "In a cluster: where the other processes reach this one. With `127.0.0.1`, for silos that are all on one machine, it listens there only.",
            options => options.Cluster.AdvertisedAddress,
            (options, value) => options.Cluster.AdvertisedAddress = value,
            new() { Unset = "this machine's first address that is not the loopback" })
        .Add(
            "ORLEANS_SILO_PORT",
            Port,
            "Where silos reach this one. It knows no users, and encryption by `REGISTRY_CLUSTER_TLS_CERT_FILE` alone: keep it inside your network. 0 is the default.",
            options => options.SiloPort,
            (options, value) => options.SiloPort = value,
            new() { Unset = "a free port on the loopback, else `11111`" })
        .Add(
            "ORLEANS_GATEWAY_PORT",
            Port,
            "Where processes of the role `gateway` reach this silo; otherwise as `ORLEANS_SILO_PORT`.",
            options => options.GatewayPort,
            (options, value) => options.GatewayPort = value,
            new() { Unset = "a free port on the loopback, else `30000`" })
        .Add(
            "REGISTRY_DRAIN_SECONDS",
            SettingKind.Optional(SettingKind.Seconds(0, 300)),
            "How long a process keeps serving after a request to stop, while its readiness reports that it is stopping.",
            options => options.Cluster.Drain,
            (options, value) => options.Cluster.Drain = value,
            new() { Unset = "`5` in a cluster, else `0`", More = "cluster.md#stop-and-upgrade" })
        .Add(
            "REGISTRY_CLUSTER_TLS_CERT_FILE",
            Path,
            "In a cluster: have its processes speak TLS with one another, and show this certificate (PEM, with those between it and the root after it, or "
            + "PKCS #12). The same for all of them; read anew when the file changes.",
            options => options.Cluster.Tls.CertificateFile,
            (options, value) => options.Cluster.Tls.CertificateFile = value,
            new() { More = "tls.md" })
        .Add(
            "REGISTRY_CLUSTER_TLS_KEY_FILE",
            Path,
            "The key of that certificate in PEM.",
            options => options.Cluster.Tls.KeyFile,
            (options, value) => options.Cluster.Tls.KeyFile = value,
            new() { Unset = "in the file of the certificate" })
        .Add(
            "REGISTRY_CLUSTER_TLS_PASSWORD",
            SettingKind.Text("a text"),
            "The password of that key, or of PKCS #12.",
            options => options.Cluster.Tls.Password,
            (options, value) => options.Cluster.Tls.Password = value,
            new() { IsSecret = true })
        .Add(
            "REGISTRY_CLUSTER_TLS_CA_FILE",
            Path,
            "The authorities in PEM whose certificates make a process a member: use one that signs nothing else, or set `REGISTRY_CLUSTER_TLS_NAME`.",
            options => options.Cluster.Tls.AuthorityFile,
            (options, value) => options.Cluster.Tls.AuthorityFile = value,
            new() { More = "tls.md" })
        .Add(
            "REGISTRY_CLUSTER_TLS_NAME",
            SettingKind.Plain("a DNS name", name => Uri.CheckHostName(name) == UriHostNameType.Dns),
            "The DNS name that the certificates of members must have.",
            options => options.Cluster.Tls.Name,
            (options, value) => options.Cluster.Tls.Name = value,
            new() { Unset = "any" });

    /// <summary>Refuses what cannot be a cluster, before anything is opened.</summary>
    /// <exception cref="SettingException">The store or the role does not fit.</exception>
    public static void Check(RegistryOptions options)
    {
        var cluster = options.Cluster;
        if (cluster is { Type: ClusteringType.Localhost, Role: not ClusterRole.All })
        {
            throw new SettingException(
                $"REGISTRY_ROLE is {Text(cluster.Role)}, which is a part of a cluster, and REGISTRY_CLUSTERING is localhost: "
                + "set REGISTRY_CLUSTERING=postgres, or REGISTRY_ROLE=all.");
        }

        if (!cluster.IsCluster && ClusterTls.IsAskedFor(cluster.Tls))
        {
            throw new SettingException(
                "REGISTRY_CLUSTER_TLS_… is set, and REGISTRY_CLUSTERING is localhost, where no other process is called: set REGISTRY_CLUSTERING=postgres, "
                + "or leave it out. HTTPS is by REGISTRY_TLS_CERT_FILE.");
        }

        if (cluster.IsCluster && !StorageSettings.IsDatabase(options))
        {
            throw new SettingException(
                $"REGISTRY_CLUSTERING is postgres, and STORAGE_TYPE is {Text(options.StorageType)}, which serves one process: "
                + "set DATABASE_URL and STORAGE_TYPE=postgres, or REGISTRY_CLUSTERING=localhost.");
        }
    }

    private static string Text<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
