namespace OrleansRegistry.Hosting;

/// <summary>The part of a process in its cluster, as configuration and environment set it.</summary>
internal static class ClusterSettings
{
    private static readonly Dictionary<string, ClusteringType> Types = new(StringComparer.Ordinal)
    {
        ["localhost"] = ClusteringType.Localhost,
        ["postgres"] = ClusteringType.Postgres,
    };

    private static readonly Dictionary<string, ClusterRole> Roles = new(StringComparer.Ordinal)
    {
        ["all"] = ClusterRole.All,
        ["silo"] = ClusterRole.Silo,
        ["gateway"] = ClusterRole.Gateway,
    };

    /// <exception cref="SettingException">A setting has a value that it cannot have.</exception>
    public static RegistryClusterOptions Read(Settings settings)
    {
        var unset = new RegistryClusterOptions();
        return new RegistryClusterOptions
        {
            Type = settings.OneOf("REGISTRY_CLUSTERING", unset.Type, Types),
            Role = settings.OneOf("REGISTRY_ROLE", unset.Role, Roles),
            ClusterId = Id(settings, "ORLEANS_CLUSTER_ID", unset.ClusterId),
            ServiceId = Id(settings, "ORLEANS_SERVICE_ID", unset.ServiceId),
            SiloName = settings.Plain("ORLEANS_SILO_NAME"),
            AdvertisedAddress = settings.Text("ORLEANS_ADVERTISED_ADDRESS"),
            Drain = settings.Text("REGISTRY_DRAIN_SECONDS") is null ? null : TimeSpan.FromSeconds(settings.Number("REGISTRY_DRAIN_SECONDS", 0, 0, 300)),
        };
    }

    /// <summary>Refuses what cannot be a cluster, before anything is opened.</summary>
    /// <exception cref="SettingException">The store or the role does not fit.</exception>
    public static void Check(RegistryOptions options)
    {
        var cluster = options.Cluster;
        if (cluster is { Type: ClusteringType.Localhost, Role: not ClusterRole.All })
        {
            throw new SettingException(
                $"REGISTRY_ROLE is {Text(cluster.Role)}, which is a part of a cluster, and REGISTRY_CLUSTERING is localhost: set REGISTRY_CLUSTERING=postgres, or REGISTRY_ROLE=all.");
        }

        if (cluster.IsCluster && options.StorageType is StorageType.File or StorageType.Memory)
        {
            throw new SettingException(
                $"REGISTRY_CLUSTERING is postgres, and STORAGE_TYPE is {Text(options.StorageType)}, which serves one process: set DATABASE_URL and STORAGE_TYPE=postgres, or REGISTRY_CLUSTERING=localhost.");
        }
    }

    public static string Text<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Id(Settings settings, string name, string unset)
    {
        var id = settings.Plain(name) ?? unset;
        return id.Length <= 150 ? id : throw new SettingException($"{name} has {id.Length} characters; it can have up to 150.");
    }
}
