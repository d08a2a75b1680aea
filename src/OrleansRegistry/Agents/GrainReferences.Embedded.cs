namespace OrleansRegistry.Agents;

/// <summary>References to the grains of one interface.</summary>
internal sealed class GrainReferences<TGrain>(IGrainFactory grains)
    where TGrain : class, IGrainWithStringKey
{
    public TGrain Get(string key) => grains.GetGrain<TGrain>(key);
}
