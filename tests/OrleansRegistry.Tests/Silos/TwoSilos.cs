using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;
using OrleansRegistry.Tests.Agents.Sources;

namespace OrleansRegistry.Tests.Silos;

/// <summary>
/// Two silos in this process that share one store. Grains live on the second and are called from the first, so that all they are sent is serialized.
/// </summary>
public sealed class TwoSilos : IAsyncLifetime
{
    private readonly StoreProbe store = new(TestStores.InMemory(), isOpen: true);
    private readonly ConcurrentDictionary<MethodInfo, bool> called = new();
    private InProcessTestCluster cluster = null!;

    /// <summary>The interface methods that were called on the second silo from outside it.</summary>
    public ICollection<MethodInfo> Called => called.Keys;

    public async ValueTask InitializeAsync()
    {
        await store.OpenInnerAsync();
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 2);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddOrleansRegistry(new RegistryOptions
            {
                StorageType = StorageType.Memory,
                CardFetch = SourceHost.Local,

                // Whoever delivers would ask for what the tests ask for.
                Push = new PushOptions { Enabled = false },
            });
            silo.Services.AddSingleton<IRecordStore>(store);
            silo.AddIncomingGrainCallFilter<Recorder>();
            silo.AddActivityPropagation();
            silo.Services.AddSingleton(called);
        });
        cluster = builder.Build();
        await cluster.DeployAsync();
    }

    /// <summary>A reference that the first silo's caller has. The grain's first call puts it on the second silo.</summary>
    public TGrain Grain<TGrain>(string key)
        where TGrain : IGrainWithStringKey
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, cluster.Silos[1].SiloAddress);
        return cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<TGrain>(key);
    }

    /// <summary>The services of each silo.</summary>
    public IEnumerable<IServiceProvider> Services => cluster.Silos.Select(silo => silo.ServiceProvider);

    /// <summary>The second silo is gone, without a word to the first.</summary>
    public Task KillSecondAsync() => cluster.KillSiloAsync(cluster.Silos[1]);

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        await store.DisposeAsync();
    }

    private sealed class Recorder(ConcurrentDictionary<MethodInfo, bool> called) : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context)
        {
            var here = context.TargetContext.Address.SiloAddress!.ToParsableString();
            if (context.SourceId is { } source && source.IsClient() && !source.ToString().Contains(here, StringComparison.Ordinal))
            {
                called[context.InterfaceMethod] = true;
            }

            return context.Invoke();
        }
    }
}
