namespace OrleansRegistry.Grains;

/// <summary>References to the grains of one interface.</summary>
public sealed class GrainReferences<TGrain>(IGrainFactory grains)
    where TGrain : class, IGrainWithStringKey
{
    public TGrain Get(string tenant, string id) => grains.GetGrain<TGrain>(GrainKeys.For(tenant, id));
}
