using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace OrleansRegistry.Tasks;

/// <summary>
/// Which records' upkeep is this silo's: every active silo takes its share of the keys, so that they do not all work on the same ones. A silo that
/// comes or goes moves some; a key that two silos take for their own for a moment is worked on twice, which does no harm.
/// </summary>
internal sealed class UpkeepShare(IServiceProvider services)
{
    // Asked for when first needed: they need grains, and grains need what upkeep needs.
    private readonly Lazy<ISiloStatusOracle> silos = new(services.GetRequiredService<ISiloStatusOracle>);

    /// <summary>What is this silo's as of now.</summary>
    public Predicate<RecordKey> Now()
    {
        string[] active = [.. Silos().Order(StringComparer.Ordinal)];
        var place = Array.IndexOf(active, Here);
        return active.Length == 1
            ? _ => true
            : key => place >= 0 && StableHash.ComputeHash($"{key.Tenant}/{key.Id}") % (uint)active.Length == (uint)place;
    }

    /// <summary>The silos that are active as of now; none while this one is not.</summary>
    public IReadOnlySet<string> Silos()
    {
        var active = silos.Value.GetApproximateSiloStatuses(onlyActive: true).Keys.Select(silo => silo.ToParsableString()).ToHashSet();
        return active.Contains(Here) ? active : [];
    }

    private string Here => silos.Value.SiloAddress.ToParsableString();
}
