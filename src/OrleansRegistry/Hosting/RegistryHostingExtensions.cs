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
using OrleansRegistry.Tasks;

namespace Microsoft.Extensions.Hosting;

/// <summary>Puts the registry into a .NET host.</summary>
public static class OrleansRegistryHostingExtensions
{
    /// <summary>
    /// Runs the registry in this process: a silo of its own on this machine, the store and the directory.
    /// <see cref="IAgentRegistry"/> can then be had from the services, once the host has started.
    /// </summary>
    /// <param name="configure">Changes what configuration and environment set.</param>
    /// <exception cref="SettingException">A setting has a value that it cannot have.</exception>
    public static IHostApplicationBuilder AddOrleansRegistry(this IHostApplicationBuilder builder, Action<RegistryOptions>? configure = null)
    {
        var options = RegistrySettings.Read(builder.Configuration);
        configure?.Invoke(options);
        var ports = LoopbackPorts.Take(options.SiloPort, options.GatewayPort);
        builder.Services.AddRegistry(options);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(ports.First, ports.Second, serviceId: "orleans-registry", clusterId: "orleans-registry");
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
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new AgentRules(options.StrictCards, options.MaxCardBytes));
        services.AddSingleton(options.Extensions);
        services.AddSingleton(options);
        services.AddRegistryStore(options);
        services.AddSingleton<AgentDirectory>();
        services.AddHostedService<DirectoryFeed>();
        services.AddSingleton<NewAgents>();
        services.AddSingleton<AgentBatchWriter>();
        services.AddSingleton<IAgentRegistry, AgentRegistry>();
        services.AddTasks(options);
        services.AddHealthChecks().AddCheck<StoreHealthCheck>("store", tags: ["ready"]);
    }

    private static void AddTasks(this IServiceCollection services, RegistryOptions options)
    {
        services.AddSingleton(new TaskRules(options.MaxMessageBytes, options.MaxLoadBytes));
        services.AddSingleton(provider => new GrainWaits(provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.AddSingleton(provider => new PageStore(provider.GetRequiredKeyedService<IGrainStorage>(AgentGrainNames.StorageName)));
        services.AddSingleton<LogReader>();
        services.AddSingleton<TaskLoader>();
        services.AddSingleton<ITaskIndex, TaskIndex>();
        services.AddSingleton<ITaskRegistry, TaskRegistry>();
        services.AddSingleton<IContextRegistry, ContextRegistry>();
        services.AddSingleton<TaskUpkeep>();
        services.AddHostedService<UpkeepService>();
    }
}
