using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Silos;

/// <summary>What a replica puts in the place of Orleans's own, each by itself.</summary>
public sealed class ClusterPartTests
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gateway_that_is_started_first_waits_for_a_silo()
    {
        var (siloPort, gatewayPort) = (FreePort(), FreePort());
        var time = new FakeTimeProvider();
        var client = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        client.UseOrleansClient(orleans => orleans.UseLocalhostClustering(gatewayPort));
        client.Services.AddKeyedSingleton<TimeProvider>(RegistryTimeAttribute.ServiceKey, time);
        client.Services.AddSingleton<IClientConnectionRetryFilter, WaitForSiloRetryFilter>();
        using var gateway = client.Build();
        var started = gateway.StartAsync(Ending);
        await MoveOn(() => time.GetUtcNow() - time.Start > TimeSpan.FromMinutes(5));
        Assert.False(started.IsCompleted);

        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(orleans => orleans.UseLocalhostClustering(siloPort, gatewayPort));
        using var silo = builder.Build();
        await silo.StartAsync(Ending);
        await MoveOn(() => started.IsCompleted);
        await started;
        await gateway.StopAsync(Ending);
        await silo.StopAsync(Ending);

        Task MoveOn(Func<bool> isEnough) => Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return isEnough();
            },
            "the start");
    }

    [Theory]
    [InlineData(SiloStatus.Active, true)]
    [InlineData(SiloStatus.ShuttingDown, false)]
    [InlineData(SiloStatus.Stopping, false)]
    [InlineData(SiloStatus.Dead, false)]
    public async Task A_grain_on_a_silo_that_leaves_is_looked_up_anew(SiloStatus status, bool isKnown)
    {
        await using var host = await RegistryHost.StartAsync();
        var silos = DispatchProxy.Create<ISiloStatusOracle, Statuses>();
        ((Statuses)(object)silos).Status = status;
        await using var cache = new ActiveSiloDirectoryCache(new With<ISiloStatusOracle>(host.Services, silos));
        var place = new GrainAddress
        {
            GrainId = GrainId.Create("agent", "a"),
            ActivationId = ActivationId.NewId(),
            SiloAddress = SiloAddress.New(IPAddress.Loopback, 1, 1),
        };
        cache.AddOrUpdate(place, 1);
        Assert.Equal(isKnown, cache.LookUp(place.GrainId, out _, out _));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class With<T>(IServiceProvider services, T service) : IServiceProvider, IKeyedServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(T) ? service : services.GetService(serviceType);

        public object? GetKeyedService(Type serviceType, object? serviceKey) => services.GetKeyedServices(serviceType, serviceKey).FirstOrDefault();

        public object GetRequiredKeyedService(Type serviceType, object? serviceKey) => services.GetRequiredKeyedService(serviceType, serviceKey);
    }

    public class Statuses : DispatchProxy
    {
        public SiloStatus Status { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod?.Name == nameof(ISiloStatusOracle.GetApproximateSiloStatus) ? Status : throw new NotSupportedException(targetMethod?.Name);
    }
}
