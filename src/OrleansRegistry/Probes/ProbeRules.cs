using System.Globalization;

namespace OrleansRegistry.Probes;

/// <summary>What this registry accepts as a probe.</summary>
/// <param name="Shortest">The shortest interval.</param>
internal sealed record ProbeRules(TimeSpan Shortest)
{
    public const string SecondsField = "probe_seconds";
    public const string UrlField = "probe_url";

    /// <summary>Checks what a request says of an agent's probes.</summary>
    /// <returns>Null where it says nothing.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public ProbeChange? Check(TimeSpan? interval, string? url, bool asUsual = false, bool byCard = false)
    {
        if (asUsual && interval is not null)
        {
            throw RegistryException.Invalid(SecondsField, "cannot be taken away and set at once");
        }

        if (byCard && url is not null)
        {
            throw RegistryException.Invalid(UrlField, "cannot be taken away and set at once");
        }

        if (interval is { } asked && asked != TimeSpan.Zero
            && (asked < Shortest || asked > AgentProbe.LongestInterval || asked.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            throw RegistryException.Invalid(SecondsField, string.Create(
                CultureInfo.InvariantCulture,
                $"must be 0, which is never, or {Shortest.TotalSeconds} to {AgentProbe.LongestInterval.TotalSeconds} seconds, which is 30 days"));
        }

        if (url is not null)
        {
            CardUrls.Places(url, UrlField);
        }

        return interval is null && url is null && !asUsual && !byCard ? null : new ProbeChange(interval, url, asUsual, byCard);
    }

    /// <summary>What a request sets, as its fingerprint has it.</summary>
    public static string? Text(ProbeChange? change) => change is null
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{change.Interval?.TotalSeconds}/{change.AsUsual}/{change.ByCard}/{change.Url}");
}
