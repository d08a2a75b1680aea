using Orleans.Storage;

namespace OrleansRegistry.Grains;

/// <summary>What a grain keeps that has a head.</summary>
[GenerateSerializer, Alias("registry.HeadState`1")]
internal sealed class HeadState<THead>
    where THead : class
{
    /// <summary>Null if it does not exist.</summary>
    [Id(0)]
    public THead? Head { get; set; }
}

/// <summary>Where grains keep their states.</summary>
/// <param name="IsShared">True where another process can write them too.</param>
/// <param name="History">Another number once the storage went back to an earlier state, or is another one: what was read before is no longer so. Null
/// where that cannot be.</param>
internal sealed record HeadStorage(IGrainStorage Storage, bool IsShared, Func<long>? History = null)
{
    /// <summary>The number of the storage's history now.</summary>
    internal long CurrentHistory => History?.Invoke() ?? 0;
}
