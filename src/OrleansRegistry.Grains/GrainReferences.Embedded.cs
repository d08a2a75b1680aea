namespace OrleansRegistry.Grains;

/// <summary>References to the grains of one interface.</summary>
public sealed class GrainReferences<TGrain>(IGrainFactory grains)
    where TGrain : class, IGrainWithStringKey
{
    /// <param name="key">As <see cref="GrainKeys.For"/> makes it.</param>
    public TGrain Get(string key) => grains.GetGrain<TGrain>(key);
}
