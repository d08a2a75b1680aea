using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansRegistry.Settings;
using OrleansRegistry.Tests.Foreign;
using OrleansRegistry.Tests.Tasks;

namespace OrleansRegistry.Tests.Hosting;

/// <summary>A silo of somebody else's, with grains, a clock and health checks of its own, that has the registry in it.</summary>
public sealed class ForeignSiloTests
{
    private static readonly DateTimeOffset HostsTime = new(1999, 12, 31, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan HostsPatience = TimeSpan.FromSeconds(7);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_and_the_registry_keep_their_grains_times_checks_and_options(bool isHostFirst)
    {
        using var host = Build(isHostFirst);
        var began = DateTimeOffset.UtcNow.AddSeconds(-1);
        await host.StartAsync(TestContext.Current.CancellationToken);

        var grains = host.Services.GetRequiredService<IGrainFactory>();
        Assert.Equal("hello by the host's a", (await grains.GetGrain<Foreign.ITaskGrain>("a").Note(new Foreign.TaskRecord("hello"))).Text);
        Assert.Equal("the host's a", await grains.GetGrain<Foreign.IAgentGrain>("a").Name());
        Assert.Equal("the host's a", await grains.GetGrain<Foreign.IContextGrain>("a").Name());
        Assert.Equal(HostsTime, await grains.GetGrain<Foreign.IFeedbackGrain>("a").Time());
        Assert.Equal(HostsTime, host.Services.GetRequiredService<TimeProvider>().GetUtcNow());

        var agent = await host.Services.GetRequiredService<IAgentRegistry>().RegisterAsync(Caller.Default, Cards.Registration("a"));
        Assert.True(agent.Agent.CreatedAt > began);
        var tasks = host.Services.GetRequiredService<ITaskRegistry>();
        var task = (await tasks.Submit(Caller.Default, "m1", "t", agent: "a")).Task;
        Assert.True(task.CreatedAt > began);
        Assert.Equal("t", (await tasks.Claim(Caller.Default, "a"))!.Id);
        await tasks.AddFeedbackAsync(Caller.Default, "t", """{"rating":5}"""u8.ToArray());
        Assert.NotNull(await host.Services.GetRequiredService<IContextRegistry>().GetAsync(Caller.Default, task.ContextId));

        var checks = host.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(
            HealthStatus.Unhealthy,
            (await checks.CheckHealthAsync(check => check.Tags.Contains("ready"), TestContext.Current.CancellationToken)).Status);
        var own = await checks.CheckHealthAsync(check => check.Tags.Contains(HealthCheckNames.Ready), TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Healthy, own.Status);
        Assert.All(own.Entries.Keys, name => Assert.StartsWith(HealthCheckNames.Prefix, name, StringComparison.Ordinal));

        Assert.Equal(HostsPatience, host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
        var collection = host.Services.GetRequiredService<IOptions<GrainCollectionOptions>>().Value;
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(5)), (collection.CollectionQuantum, collection.CollectionAge));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(ClusteringType.Postgres, ClusterRole.All)]
    [InlineData(ClusteringType.Localhost, ClusterRole.Silo)]
    public void How_silos_find_one_another_is_the_hosts(ClusteringType type, ClusterRole role)
    {
        var options = new RegistryOptions { StorageType = StorageType.Memory, Cluster = new() { Type = type, Role = role } };
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        SettingException? refusal = null;
        builder.UseOrleans(silo => refusal = Assert.Throws<SettingException>(() => silo.AddOrleansRegistry(options)));
        Assert.Contains("Cluster.Type", refusal!.Message, StringComparison.Ordinal);
    }

    /// <summary>Orleans answers every key that is not registered with the host's time, so a forgotten attribute would show nowhere else.</summary>
    [Fact]
    public void Nothing_of_the_registry_takes_the_time_of_its_host()
    {
        Assembly[] assemblies = [typeof(Caller).Assembly, typeof(Directory.AgentDirectory).Assembly, typeof(RegistryOptions).Assembly];
        var takers = assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsAbstract: false, IsGenericTypeDefinition: false })
            .SelectMany(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(constructor => constructor.GetParameters() is var all
                && !Array.Exists(all, one => one.ParameterType == typeof(string) || one.ParameterType.IsValueType))
            .SelectMany(constructor => constructor.GetParameters())
            .Where(parameter => parameter.ParameterType == typeof(TimeProvider))
            .ToArray();
        Assert.True(takers.Length > 10);
        Assert.All(takers, taker => Assert.True(
            taker.GetCustomAttribute<RegistryTimeAttribute>() is not null,
            $"{taker.Member.DeclaringType}: [RegistryTime] is missing"));
    }

    private static IHost Build(bool isHostFirst)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        if (isHostFirst)
        {
            AddHostsOwn(builder.Services);
        }

        builder.UseOrleans(silo =>
        {
            var ports = LoopbackPorts.Take(0, 0);
            silo.UseLocalhostClustering(ports.First, ports.Second);
            silo.Configure<GrainCollectionOptions>(
                collection => (collection.CollectionQuantum, collection.CollectionAge) = (TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(5)));
            silo.AddOrleansRegistry(new RegistryOptions { StorageType = StorageType.Memory });
        });
        if (!isHostFirst)
        {
            AddHostsOwn(builder.Services);
        }

        return builder.Build();
    }

    private static void AddHostsOwn(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(new StandingTime());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = HostsPatience);
        services.AddHealthChecks()
            .AddCheck("store", () => HealthCheckResult.Unhealthy("the host's own"), ["ready"])
            .AddCheck("process", () => HealthCheckResult.Unhealthy("the host's own"), ["ready", "serving"]);
    }

    private sealed class StandingTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => HostsTime;
    }
}
