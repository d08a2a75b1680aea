using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.GrainDirectory;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Clustering;

/// <summary>Puts this process into a cluster.</summary>
internal static class Clusters
{
    private const string Invariant = "Npgsql";

    /// <summary>
    /// What in Orleans is to go by the cluster's time, which no step of a machine's clock moves: otherwise a clock that is set back stops heartbeats,
    /// probes and the activation of grains until it is where it was. Grain timers go by the host's time, which may be its own.
    /// </summary>
    private static readonly string[] SteadyTimes =
    [
        TimeProviderNames.ActivationManagement,
        TimeProviderNames.GrainDirectory,
        TimeProviderNames.Membership,
        TimeProviderNames.Messaging,
        TimeProviderNames.SystemTimers,
    ];

    /// <summary>How long a silo that stops passes on what still comes for the grains that it has handed over.</summary>
    private static readonly TimeSpan HandOver = TimeSpan.FromSeconds(1);

    /// <summary>Adds a silo of the cluster, or a client of it where the role is the gateway's.</summary>
    /// <param name="configure">What this process's silo is besides.</param>
    /// <exception cref="SettingException">The silo has no address that others could reach.</exception>
    public static void Join(IHostApplicationBuilder builder, RegistryOptions options, Action<ISiloBuilder> configure)
    {
        foreach (var area in SteadyTimes)
        {
            builder.Services.AddKeyedSingleton<TimeProvider>(area, (provider, _) => provider.GetRequiredService<DatabaseTime>());
        }

        var tls = ClusterTls.Of(options.Cluster.Tls);

        // Before Orleans's own service, which starts the silo or the client.
        builder.Services.AddHostedService<MembershipOpening>();
        builder.Services.AddHostedService<ClusterTime>();
        if (options.Cluster.Role == ClusterRole.Gateway)
        {
            builder.UseOrleansClient(client =>
            {
                ConfigureClient(client, options.Cluster);
                tls?.Use(client);
            });
        }
        else
        {
            var endpoint = SiloEndpoint.Of(options);
            builder.UseOrleans(silo =>
            {
                ConfigureSilo(silo, options.Cluster, endpoint);
                tls?.Use(silo);
                configure(silo);
            });
        }
    }

    private static void ConfigureSilo(ISiloBuilder silo, RegistryClusterOptions cluster, SiloEndpoint endpoint)
    {
        silo.Configure<ClusterOptions>(ids => Name(ids, cluster));
        silo.Configure<SiloOptions>(named => named.SiloName = cluster.SiloName ?? $"{Environment.MachineName}:{endpoint.SiloPort}");
        silo.ConfigureEndpoints(
            endpoint.Address,
            endpoint.SiloPort,
            endpoint.GatewayPort,
            listenOnAnyHostAddress: !IPAddress.IsLoopback(endpoint.Address));
        silo.UseAdoNetClustering((OptionsBuilder<AdoNetClusteringSiloOptions> table) => table.Configure<MembershipDatabase>(
            (clustering, database) => (clustering.Invariant, clustering.DataSource) = (Invariant, database.Source)));
        silo.Configure<ClusterMembershipOptions>(FailureDetection.Configure);
        silo.Configure<SiloMessagingOptions>(messaging => messaging.WaitForMessageToBeQueuedForOutboundTime = HandOver);
        silo.Configure<ConnectionOptions>(FailureDetection.Configure);
        silo.Configure<GrainDirectoryOptions>(directory => directory.CachingStrategy = GrainDirectoryOptions.CachingStrategyType.Custom);
        silo.Services.AddSingleton<IGrainDirectoryCache, ActiveSiloDirectoryCache>();
    }

    private static void ConfigureClient(IClientBuilder client, RegistryClusterOptions cluster)
    {
        client.Configure<ClusterOptions>(ids => Name(ids, cluster));
        client.UseAdoNetClustering((OptionsBuilder<AdoNetClusteringClientOptions> table) => table.Configure<MembershipDatabase>(
            (clustering, database) => (clustering.Invariant, clustering.DataSource) = (Invariant, database.Source)));
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = FailureDetection.TableRefresh);
        client.Configure<ConnectionOptions>(FailureDetection.Configure);
        client.Services.AddSingleton<IClientConnectionRetryFilter, WaitForSiloRetryFilter>();
    }

    private static void Name(ClusterOptions ids, RegistryClusterOptions cluster)
    {
        ids.ClusterId = cluster.ClusterId;
        ids.ServiceId = cluster.ServiceId;
    }

    private sealed class MembershipOpening(MembershipDatabase database) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => database.OpenAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
