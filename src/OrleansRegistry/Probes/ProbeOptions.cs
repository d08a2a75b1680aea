namespace OrleansRegistry.Probes;

/// <summary>How it is looked at the cards that agents publish. Where cards may be, and how long a fetch may take, is as in <see cref="CardFetchOptions"/>.</summary>
public sealed record ProbeOptions
{
    /// <summary>Whether this process looks by itself (<c>CARD_PROBE_ENABLED</c>).</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How often, at agents that do not say so themselves (<c>CARD_PROBE_SECONDS</c>); null for never.</summary>
    public TimeSpan? Usual { get; init; }

    /// <summary>The shortest interval that an agent may ask for (<c>CARD_PROBE_MIN_SECONDS</c>).</summary>
    public TimeSpan Shortest { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many probes this process makes at once (<c>CARD_PROBE_MAX_CONCURRENT</c>); a quarter of them at most at one host.</summary>
    public int MaxConcurrent { get; init; } = 16;

    /// <summary>How often an agent is probed by itself; null for never.</summary>
    internal TimeSpan? IntervalOf(AgentProbe? probe)
    {
        var interval = probe?.Interval ?? Usual;
        return interval is not { } asked || asked <= TimeSpan.Zero ? null : asked > Shortest ? asked : Shortest;
    }
}
