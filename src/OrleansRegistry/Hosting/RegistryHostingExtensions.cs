using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Storage;
using OrleansRegistry.Agents;
using OrleansRegistry.Contexts;
using OrleansRegistry.Directory;
using OrleansRegistry.Grains;
using OrleansRegistry.Hosting;
using OrleansRegistry.Model;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Tasks;

namespace Microsoft.Extensions.Hosting;

/// <summary>Puts the registry into a .NET host.</summary>
public static class OrleansRegistryHostingExtensions
{
    /// <summary>
    /// Runs the registry in this process: a silo of its own on this machine, the store and the directory; or its part of a cluster, where
    /// the options name one. <see cref="IAgentRegistry"/> can then be had from the services, once the host has started, but in the role
    /// <see cref="ClusterRole.Silo"/>.
    /// </summary>
    /// <param name="configure">Changes what configuration and environment set.</param>
    /// <exception cref="SettingException">A setting has a value that it cannot have.</exception>
    public static IHostApplicationBuilder AddOrleansRegistry(this IHostApplicationBuilder builder, Action<RegistryOptions>? configure = null)
    {
        var options = RegistrySettings.Read(builder.Configuration);
        configure?.Invoke(options);
        ClusterSettings.Check(options);
        builder.Services.AddRegistry(options);
        if (options.Cluster.IsCluster)
        {
            Clusters.Join(builder, options, silo => silo.ConfigureRegistryGrains(options));
            return builder;
        }

        var ports = LoopbackPorts.Take(options.SiloPort, options.GatewayPort);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(ports.First, ports.Second, serviceId: options.Cluster.ServiceId, clusterId: options.Cluster.ClusterId);
            silo.ConfigureRegistryGrains(options);
        });
        return builder;
    }

    /// <summary>Adds the registry to a silo that the host configures itself.</summary>
    public static ISiloBuilder AddOrleansRegistry(this ISiloBuilder silo, RegistryOptions options)
    {
        silo.Services.AddRegistry(options);
        return silo.ConfigureRegistryGrains(options);
    }

    private static ISiloBuilder ConfigureRegistryGrains(this ISiloBuilder silo, RegistryOptions options) =>
        silo.Configure<GrainCollectionOptions>(collection =>
        {
            collection.CollectionQuantum = TimeSpan.FromSeconds(Math.Clamp(options.GrainIdle.TotalSeconds / 4, 2, 60));
            foreach (var grain in (string[])[AgentGrainNames.ClassName, ContextGrainNames.ClassName, .. TaskGrainNames.ClassNames])
            {
                collection.ClassSpecificCollectionAge[grain] = options.GrainIdle;
            }
        });

    private static void AddRegistry(this IServiceCollection services, RegistryOptions options)
    {
        if (options.Cluster.IsCluster)
        {
            services.AddSingleton(new DatabaseTime(TimeProvider.System));
            services.TryAddSingleton<TimeProvider>(provider => provider.GetRequiredService<DatabaseTime>());
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new AgentRules(options.StrictCards, options.MaxCardBytes));
        services.AddSingleton(options.Extensions);
        services.AddSingleton(options);
        services.AddRegistryStore(options);
        if (options.Cluster.Role == ClusterRole.Silo)
        {
            services.AddHostedService<StoreOpening>();
        }
        else
        {
            services.AddRegistries();
        }

        services.AddSingleton(typeof(GrainReferences<>));
        services.AddSingleton(new TaskRules(options.MaxMessageBytes, options.MaxLoadBytes));
        services.AddSingleton(provider => new PageStore(provider.GetRequiredKeyedService<IGrainStorage>(AgentGrainNames.StorageName)));
        if (options.Cluster.Role != ClusterRole.Gateway)
        {
            services.AddSingleton(provider => new GrainWaits(provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
            services.AddSingleton(provider => new HeadStorage(
                provider.GetRequiredKeyedService<IGrainStorage>(AgentGrainNames.StorageName), provider.GetRequiredService<IRecordStore>().IsShared));
            services.AddSingleton<ITaskIndex, TaskIndex>();
            services.AddSingleton<TaskUpkeep>();
            services.AddHostedService<UpkeepService>();
        }

        services.AddSingleton<GracefulStop>();
        services.AddHostedService(provider => provider.GetRequiredService<GracefulStop>());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Cluster.DrainTime + GracefulStop.Patience);
        services.AddHealthChecks().AddCheck<StoreHealthCheck>("store", tags: ["ready"]).AddCheck<GracefulStop>("process", tags: ["ready", "serving"]);
    }

    private static void AddRegistries(this IServiceCollection services)
    {
        services.AddSingleton<AgentDirectory>();
        services.AddHostedService<DirectoryFeed>();
        services.AddSingleton<NewAgents>();
        services.AddSingleton<AgentBatchWriter>();
        services.AddSingleton<IAgentRegistry, AgentRegistry>();
        services.AddSingleton<LogReader>();
        services.AddSingleton<TaskLoader>();
        services.AddSingleton<ITaskRegistry, TaskRegistry>();
        services.AddSingleton<IContextRegistry, ContextRegistry>();
    }
}
