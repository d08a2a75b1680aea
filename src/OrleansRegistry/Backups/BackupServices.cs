using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Objects;
using OrleansRegistry.Telemetry;

namespace OrleansRegistry.Backups;

/// <summary>Registers what makes and reads backups.</summary>
internal static class BackupServices
{
    /// <summary>The key of the <see cref="IObjectStore"/> that holds them: a host that registers one of its own is left alone.</summary>
    public const string StoreKey = "registry.backups";

    /// <summary>Whose share the making is.</summary>
    private static readonly RecordKey Making = new("", "backups");

    public static void AddBackups(this IServiceCollection services, RegistryOptions options)
    {
        services.AddObjectStores();
        services.TryAddKeyedSingleton<IObjectStore>(
            StoreKey, (provider, _) => StoreBackups.Open(options, provider.GetRequiredService<ObjectStores>()));
        services.AddSingleton<BackupHealth>();
        services.AddSingleton(provider => new BackupCatalog(new Lazy<IObjectStore>(() => provider.GetRequiredKeyedService<IObjectStore>(StoreKey))));
        services.AddSingleton<BackupPruning>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<BackupMaker>(provider, ExporterOf(provider, options)));
        services.AddSingleton(provider => new BackupReader(provider.GetRequiredService<BackupCatalog>(), options.Backups));
        services.AddSingleton(provider => new BackupRestorer(
            provider.GetRequiredService<BackupReader>(),
            options,
            provider.GetRequiredKeyedService<TimeProvider>(RegistryTimeAttribute.ServiceKey),
            provider.GetRequiredService<ILoggerFactory>()));
        if (options.Cluster.Role != ClusterRole.Silo)
        {
            services.AddSingleton<IRegistryBackups, RegistryBackups>();
        }

        if (options.Cluster.Role != ClusterRole.Gateway)
        {
            services.AddSingleton(provider =>
            {
                var share = provider.GetRequiredService<UpkeepShare>();
                return ActivatorUtilities.CreateInstance<BackupSchedule>(provider, (Func<bool>)(() => share.Now()(Making)));
            });
            services.AddHostedService<BackupService>();
        }

        services.AddHealthChecks().AddCheck<BackupHealth>(HealthCheckNames.Prefix + "backups", tags: [HealthCheckNames.Ready]);
    }

    /// <summary>A silo without front ends exports too.</summary>
    private static IRegistryTransfer ExporterOf(IServiceProvider provider, RegistryOptions options) => provider.GetService<IRegistryTransfer>()
        ?? RegistryStores.Transfer(provider.GetRequiredService<IRecordStore>(), options, provider.GetRequiredService<ILoggerFactory>());
}
