using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;
using OrleansRegistry;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Trust.Audit;
using OrleansRegistry.Trust.Domains;
using OrleansRegistry.Trust.Reviews;
using OrleansRegistry.Trust.Signatures;

namespace Microsoft.Extensions.Hosting;

/// <summary>Puts the registry into a .NET host.</summary>
public static class OrleansRegistryHostingExtensions
{
    /// <summary>
    /// Runs the registry in this process: a silo of its own on this machine, the store and the directory; or its part of a cluster, where
    /// the options name one. <see cref="IAgentRegistry"/> is then available from the services once the host has started, except in the role
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
            builder.Services.AddDatabaseTime(options);
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

    /// <summary>
    /// Adds the registry to a silo that the host configures itself. How silos find one another is the host's: <see cref="RegistryOptions.Cluster"/>
    /// stays as it is by default. The host's grains, <see cref="TimeProvider"/>, health checks and <see cref="HostOptions"/> stay its own; where the
    /// store is a database, the registry goes by the time of that.
    /// </summary>
    /// <exception cref="SettingException">The options name a cluster, or do not fit together.</exception>
    public static ISiloBuilder AddOrleansRegistry(this ISiloBuilder silo, RegistryOptions options)
    {
        if (options.Cluster.IsCluster || options.Cluster.Role != ClusterRole.All)
        {
            throw new SettingException(
                "RegistryOptions.Cluster names a cluster or a role, and the registry is added to a silo, whose host configures both: leave "
                    + "Cluster.Type and Cluster.Role unset.");
        }

        var others = silo.Services.Count;
        silo.Services.AddRegistry(options);
        if (StorageSettings.IsDatabase(options))
        {
            silo.Services.AddDatabaseTime(options);
            silo.Services.AddHostedService<ClusterTime>();
        }

        // The silo's own service is there already: the store is to be open, and the time known, before a call of another silo can come.
        var hosted = silo.Services.Skip(others).Where(added => added.ServiceType == typeof(IHostedService)).ToArray();
        for (var i = 0; i < hosted.Length; i++)
        {
            silo.Services.Remove(hosted[i]);
            silo.Services.Insert(i, hosted[i]);
        }

        return silo.ConfigureRegistryGrains(options);
    }

    private static ISiloBuilder ConfigureRegistryGrains(this ISiloBuilder silo, RegistryOptions options)
    {
        silo.AddIncomingGrainCallFilter<TenantFilter>();
        silo.Services.PostConfigure<GrainCollectionOptions>(collection =>
        {
            // It is the host's too, whose own grains are then looked at more often, and collected no sooner.
            var quantum = TimeSpan.FromSeconds(Math.Clamp(options.GrainIdle.TotalSeconds / 4, 2, 60));
            collection.CollectionQuantum = quantum < collection.CollectionQuantum ? quantum : collection.CollectionQuantum;
            foreach (var grain in (string[])[AgentGrainNames.ClassName, ContextGrainNames.ClassName, .. TaskGrainNames.ClassNames])
            {
                collection.ClassSpecificCollectionAge[grain] = options.GrainIdle;
            }
        });
        return silo;
    }

    /// <summary>Makes the registry's time that of its database; a <see cref="ClusterTime"/> sets it.</summary>
    private static void AddDatabaseTime(this IServiceCollection services, RegistryOptions options)
    {
        services.AddSingleton(new DatabaseTime(TimeProvider.System));
        services.AddKeyedSingleton<TimeProvider>(RegistryTimeAttribute.ServiceKey, (provider, _) => provider.GetRequiredService<DatabaseTime>());
        services.AddSingleton(provider => new MembershipDatabase(options.Postgres!, provider.GetRequiredService<ILogger<MembershipDatabase>>()));
    }

    private static void AddRegistry(this IServiceCollection services, RegistryOptions options)
    {
        RegistrySettings.Check(options);
        services.AddKeyedSingleton(RegistryTimeAttribute.ServiceKey, TimeProvider.System);
        services.AddQuietPlacement();
        services.AddSingleton(new AgentRules(options.StrictCards, options.MaxCardBytes)
        {
            Leases = new LeaseRules(options.LeaseTime),
            Instances = new InstanceRules(options.MaxInstances),
            Probes = new ProbeRules(options.Probes.Shortest),
        });
        services.AddSingleton(new RegistryLimits(options.MaxCardBytes, options.MaxMessageBytes));
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
            if (StorageSettings.IsDatabase(options))
            {
                services.AddSingleton<ServingReplicas>();
                services.AddSingleton<IServingReplicas>(provider => provider.GetRequiredService<ServingReplicas>());
                services.AddHostedService(provider => provider.GetRequiredService<ServingReplicas>());
            }
            services.AddSignatures(options.Signatures);
            services.AddDomains(options.Domains);
            services.AddSingleton(new CardDemands(options.Signatures.Required, options.Domains.Required));
            services.AddReviews(options.Reviews);
        }

        services.AddTrustRecords();
        services.AddSingleton<TenantGate>();
        services.AddSingleton<TenantMeter>();
        services.AddSingleton(typeof(GrainReferences<>));
        services.AddSingleton<OwnerClearing>();
        services.AddSingleton(new TaskRules(options.MaxMessageBytes, options.MaxLoadBytes, options.TaskMaxAttempts, options.TaskDeadline));
        services.AddSingleton(provider => new PageStore(provider.GetRequiredKeyedService<IGrainStorage>(AgentGrainNames.StorageName)));
        services.AddSingleton(options.CardFetch);
        services.AddSingleton(options.Probes);
        services.AddSingleton(options.AgentVersions);
        services.AddSingleton<VersionRetention>();
        services.AddSingleton<AgentVersionReader>();
        services.AddSingleton<AgentVersionStore>();
        services.AddSingleton<GivenVectorStore>();
        services.AddSingleton(options.Push);
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<LogReader>();
        services.AddSingleton<ArtifactReader>();
        services.AddSingleton<TaskLoader>();
        if (options.Cluster.Role != ClusterRole.Gateway)
        {
            services.AddSingleton(provider => new GrainWaits(provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
            services.AddSingleton(provider =>
            {
                var store = provider.GetRequiredService<IRecordStore>();
                return new HeadStorage(
                    provider.GetRequiredKeyedService<IGrainStorage>(AgentGrainNames.StorageName),
                    store.IsShared,
                    () => store.History);
            });
            services.AddSingleton<Generations>();
            services.AddSingleton<TaskLists>();
            services.AddSingleton<HeldListRoom>();
            services.AddPush();
            services.AddSingleton<UpkeepShare>();
            services.AddSingleton<TaskUpkeep>();
            services.AddHostedService<UpkeepService>();
        }

        services.AddSnapshots(options);
        services.AddBackups(options);
        services.AddAudit(options);
        services.AddSingleton<BackupStatus>();
        services.AddHostedService<RegistryFigures>();
        services.AddSingleton<GracefulStop>();
        services.AddHostedService(provider => provider.GetRequiredService<GracefulStop>());
        services.AddSingleton<StoreHealthCheck>();
        services.AddHealthChecks()
            .AddCheck<StoreHealthCheck>(HealthCheckNames.Prefix + "store", tags: [HealthCheckNames.Ready])
            .AddCheck<RecordsHealthCheck>(HealthCheckNames.Prefix + "records", tags: [HealthCheckNames.Ready])
            .AddCheck<LoopsHealthCheck>(HealthCheckNames.Prefix + "background", tags: [HealthCheckNames.Ready])
            .AddCheck<GracefulStop>(HealthCheckNames.Prefix + "process", tags: [HealthCheckNames.Ready, HealthCheckNames.Serving]);

        // A refusal carries what the store threw; where that cannot be sent, a caller on another silo gets a fault of the serializer in its place.
        services.Configure<ExceptionSerializationOptions>(
            exceptions => exceptions.SupportedNamespacePrefixes.UnionWith(["Npgsql", nameof(OrleansRegistry)]));
    }

    private static void AddRegistries(this IServiceCollection services)
    {
        services.AddTrust();
        services.AddSingleton<AgentDirectory>();
        services.AddHostedService<DirectoryFeed>();
        services.AddHealthChecks().AddCheck<DirectoryHealthCheck>(HealthCheckNames.Prefix + "directory", tags: [HealthCheckNames.Ready]);
        services.AddVectors();
        services.AddSingleton<AgentRevisions>();
        services.AddSingleton<NewAgents>();
        services.AddSingleton<ForwardedNews>();
        services.AddSingleton<RecentRemovals>();
        services.AddSingleton<CardFetcher>();
        services.AddSingleton<CardSources>();
        services.AddSingleton<RefreshSchedule>();
        services.AddHostedService<RefreshService>();
        services.AddProbes();
        services.AddSingleton<AgentBatchWriter>();
        services.AddSingleton<AgentChanges>();
        services.AddGuarded<IAgentRegistry, AgentRegistry, GuardedAgents>();
        services.AddGuarded<IAgentFinder, AgentFinder, GuardedFinder>();
        services.AddSingleton<AgentTaskFigures>();
        services.AddHostedService<AgentTaskService>();
        services.AddGuarded<IAgentVersions, AgentVersions, GuardedVersions>();
        services.AddGuarded<IAgentDrafts, AgentDrafts, GuardedDrafts>();
        services.AddSingleton<HealthWriter>();
        services.AddSingleton<LeaseSweep>();
        services.AddHostedService<LivenessService>();
        services.AddGuarded<IAgentLiveness, AgentLiveness, GuardedLiveness>();
        services.AddGuarded<IAgentInstances, AgentInstances, GuardedInstances>();
        services.AddGuarded<ITaskRegistry, TaskRegistry, GuardedTasks>();
        services.AddGuarded<IContextRegistry, ContextRegistry, GuardedContexts>();
        services.AddSubscriptions();
        services.AddApiKeys();
        services.AddLogins();
        services.AddSingleton<ActivationEnd>();
        services.AddSingleton<IRegistryTransfer, RegistryTransfer>();
    }
}
