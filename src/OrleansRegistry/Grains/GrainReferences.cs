using Orleans.Runtime;

namespace OrleansRegistry.Grains;

/// <summary>References to the grains of one interface. Orleans looks up the interface's name for each reference; this does it once.</summary>
internal sealed class GrainReferences<TGrain>(IGrainFactory grains)
    where TGrain : class, IGrainWithStringKey
{
    private GrainReference? known;

    public TGrain Get(string tenant, string id)
    {
        var key = GrainKeys.For(tenant, id);
        if (known is { } other)
        {
            return (TGrain)grains.GetGrain(GrainId.Create(other.GrainId.Type, IdSpan.Create(key)), other.InterfaceType);
        }

        var first = grains.GetGrain<TGrain>(key);
        known = (GrainReference)(object)first;
        return first;
    }
}
