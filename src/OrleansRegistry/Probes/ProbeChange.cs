namespace OrleansRegistry.Probes;

/// <summary>What a request says of an agent's probes.</summary>
/// <param name="Interval">Null leaves it.</param>
/// <param name="Url">Null leaves it.</param>
/// <param name="AsUsual">The interval is the registry's again.</param>
/// <param name="ByCard">The URL follows from the card again.</param>
[GenerateSerializer, Immutable, Alias("registry.ProbeChange")]
internal sealed record ProbeChange(
    [property: Id(0)] TimeSpan? Interval,
    [property: Id(1)] string? Url,
    [property: Id(2)] bool AsUsual = false,
    [property: Id(3)] bool ByCard = false)
{
    /// <summary>The probe of an agent after a request.</summary>
    /// <param name="change">Null where the request says nothing of it.</param>
    /// <param name="isSameCard">Whether the agent keeps its card: of another one nothing is known yet.</param>
    public static AgentProbe? Apply(ProbeChange? change, AgentProbe? before, bool isSameCard)
    {
        if (before is null && change is null)
        {
            return null;
        }

        var had = before ?? new AgentProbe();
        var after = had with
        {
            Interval = change?.AsUsual == true ? null : change?.Interval ?? had.Interval,
            Url = change?.ByCard == true ? null : change?.Url ?? had.Url,
        };
        after = isSameCard && after.Url == had.Url && after.Interval != TimeSpan.Zero ? after : after with { Result = null };
        return after is { Interval: null, Url: null, Result: null, Unknown.IsEmpty: true } ? null : after;
    }
}
