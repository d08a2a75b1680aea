using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Snapshots;

/// <summary>Registers what keeps snapshots.</summary>
internal static class SnapshotServices
{
    /// <summary>The key of the <see cref="IObjectStore"/> that holds the files: a host that registers one of its own is left alone.</summary>
    public const string StoreKey = "registry.snapshots";

    private const string Folder = "snapshots";

    public static void AddSnapshots(this IServiceCollection services, RegistryOptions options)
    {
        services.AddObjectStores();
        services.TryAddKeyedSingleton<IObjectStore>(StoreKey, (provider, _) => Open(provider.GetRequiredService<ObjectStores>(), options));
        services.AddSingleton<SnapshotIndex>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SnapshotObjects>(
            provider, new Lazy<IObjectStore>(() => provider.GetRequiredKeyedService<IObjectStore>(StoreKey))));
        services.AddSingleton<SnapshotSaver>();
        if (options.Cluster.Role != ClusterRole.Silo)
        {
            services.AddGuarded<ISnapshotStore, SnapshotStore, GuardedSnapshots>();
        }

        if (options.Cluster.Role != ClusterRole.Gateway)
        {
            services.AddSingleton<SnapshotUpkeep>();
            services.AddSingleton<SnapshotSchedule>();
            services.AddHostedService<SnapshotUpkeepService>();
        }
    }

    private static IObjectStore Open(ObjectStores stores, RegistryOptions options)
    {
        if (options.Snapshots.Place is { } place)
        {
            return stores.Open(place);
        }

        // What a registry in memory has is gone with it.
        return options.StorageType == StorageType.Memory
            ? new TemporaryObjectStore(stores)
            : stores.Open(ObjectPlace.OfFolder(Path.Combine(options.DataDirectory, Folder)));
    }
}
