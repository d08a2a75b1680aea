using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;

[assembly: AssemblyFixture(typeof(EmbeddedOrleans.Tests.Support.EmbeddedEngine))]

namespace EmbeddedOrleans.Tests.Support;

public sealed class EmbeddedEngine : Engine
{
    private readonly Lazy<IHost> _host;

    public EmbeddedEngine()
        : this(_ => { })
    {
    }

    internal EmbeddedEngine(Action<ISiloBuilder> configure) => _host = new(() =>
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            Configure(silo);
            configure(silo);
        });
        return builder.Build();
    });

    public override IGrainFactory Grains => _host.Value.Services.GetRequiredService<IGrainFactory>();

    public override async ValueTask InitializeAsync() => await _host.Value.StartAsync();

    internal Task StopHost() => _host.Value.StopAsync();

    protected override async ValueTask Stop()
    {
        await _host.Value.StopAsync();
        _host.Value.Dispose();
    }
}
