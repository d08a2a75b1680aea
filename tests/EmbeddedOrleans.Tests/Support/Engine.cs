using EmbeddedOrleans.Tests.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime.Hosting;

namespace EmbeddedOrleans.Tests.Support;

/// <summary>An engine that runs the test grains, one for all tests. Tests keep apart by keys of their own.</summary>
public abstract class Engine : IAsyncLifetime
{
    /// <summary>How many calls may wait for one grain.</summary>
    public const int MaxWaiting = 300;

    protected Engine()
    {
        Store = new(Probe);
        Other = new(Probe);
    }

    public Probe Probe { get; } = new();

    /// <summary>The default storage.</summary>
    public TestStorage Store { get; }

    /// <summary>The storage named "other".</summary>
    public TestStorage Other { get; }

    public abstract IGrainFactory Grains { get; }

    public abstract ValueTask InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await Stop();
        GC.SuppressFinalize(this);
    }

    /// <summary>A key that no other test has.</summary>
    public static string NewKey() => "t/" + Guid.NewGuid().ToString("N");

    protected abstract ValueTask Stop();

    protected void Configure(ISiloBuilder silo)
    {
        silo.Services.AddLogging(logging => logging.ClearProviders());
        silo.Services.AddSingleton(Probe);
        silo.Services.AddGrainStorage("Default", (_, _) => Store);
        silo.Services.AddGrainStorage("other", (_, _) => Other);
        silo.Configure<SiloMessagingOptions>(options => options.MaxEnqueuedRequestsHardLimit = MaxWaiting);
        silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionQuantum = TimeSpan.FromMilliseconds(100);
            options.ClassSpecificCollectionAge[typeof(ShortLivedGrain).FullName!] = TimeSpan.FromMilliseconds(500);
        });
    }
}
