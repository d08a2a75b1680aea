using Orleans;
using Orleans.TestingHost;

[assembly: AssemblyFixture(typeof(EmbeddedOrleans.Tests.Support.OneSilo))]
[assembly: AssemblyFixture(typeof(EmbeddedOrleans.Tests.Support.TwoSilos))]

namespace EmbeddedOrleans.Tests.Support;

public sealed class OneSilo() : Cluster(1);

public sealed class TwoSilos() : Cluster(2);

/// <summary>Silos of the real Orleans in this process; they share the stores.</summary>
public abstract class Cluster : Engine
{
    private readonly InProcessTestCluster _cluster;

    protected Cluster(short silos)
    {
        var builder = new InProcessTestClusterBuilder(silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) => Configure(silo));
        _cluster = builder.Build();
    }

    public override IGrainFactory Grains => _cluster.Client;

    public override async ValueTask InitializeAsync() => await _cluster.DeployAsync();

    protected override ValueTask Stop() => _cluster.DisposeAsync();
}
