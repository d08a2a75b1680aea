using System.Globalization;

namespace OrleansRegistry.Liveness;

/// <summary>What this registry accepts as a lease.</summary>
/// <param name="Usual">The time of a lease for which none is named.</param>
internal sealed record LeaseRules(TimeSpan Usual)
{
    private const string Field = "ttl";

    /// <summary>Checks what a request says of an agent's lease.</summary>
    /// <returns>Null where it says nothing.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public LeaseChange? Check(TimeSpan? ttl, bool? ephemeral, bool ends = false)
    {
        if (ends && (ttl is not null || ephemeral is not null))
        {
            throw RegistryException.Invalid(Field, "cannot be taken away and set at once");
        }

        if (ttl is { } time && (time < AgentLease.ShortestTtl || time > AgentLease.LongestTtl || time.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            throw RegistryException.Invalid(Field, string.Create(
                CultureInfo.InvariantCulture,
                $"must be {AgentLease.ShortestTtl.TotalSeconds} to {AgentLease.LongestTtl.TotalSeconds} seconds, which is a day"));
        }

        return ttl is null && ephemeral is null && !ends ? null : new LeaseChange(ttl, ephemeral, Usual, ends);
    }

    /// <summary>What a request sets, as its fingerprint has it.</summary>
    public static string? Text(LeaseChange? change) => change is null
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{change.Ttl?.TotalSeconds}/{change.Ephemeral}/{change.Ends}");
}
