using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.GrainDirectory;

namespace OrleansRegistry.Clustering;

/// <summary>
/// Where grains were last seen to be, less what is on silos that leave: of those the directory is asked. Orleans's own cache goes on
/// sending calls to a silo until it is gone, and those that come too late to be passed on are lost.
/// </summary>
internal sealed class ActiveSiloDirectoryCache(IServiceProvider services) : IGrainDirectoryCache, IAsyncDisposable
{
    private readonly IGrainDirectoryCache places = GrainDirectoryCacheFactory.CreateGrainDirectoryCache(services, new GrainDirectoryOptions());

    // Not made before it is asked for: it needs what needs this.
    private readonly Lazy<ISiloStatusOracle> silos = new(services.GetRequiredService<ISiloStatusOracle>);

    public IEnumerable<(GrainAddress ActivationAddress, int Version)> KeyValues => places.KeyValues;

    public bool LookUp(GrainId key, [NotNullWhen(true)] out GrainAddress? result, out int version) =>
        places.LookUp(key, out result, out version)
            && !(result.SiloAddress is { } silo && silos.Value.GetApproximateSiloStatus(silo).IsTerminating());

    public void AddOrUpdate(GrainAddress value, int version) => places.AddOrUpdate(value, version);

    public bool Remove(GrainId key) => places.Remove(key);

    public bool Remove(GrainAddress key) => places.Remove(key);

    public void Clear() => places.Clear();

    public ValueTask DisposeAsync() => places is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;
}
