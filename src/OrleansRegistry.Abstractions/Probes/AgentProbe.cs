namespace OrleansRegistry;

/// <summary>Whether and where the registry looks at the card that an agent publishes, and what it found as far as that is stored. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.AgentProbe")]
public sealed record AgentProbe
{
    /// <summary>The longest <see cref="Interval"/>.</summary>
    public static TimeSpan LongestInterval { get; } = TimeSpan.FromDays(30);

    /// <summary>How often, in whole seconds; zero: never; null: as often as the registry's settings have it for all agents, which may be never.</summary>
    [Id(0)]
    public TimeSpan? Interval { get; init; }

    /// <summary>Where the card is, or below which it is; null: where it was fetched, or at the well-known path of the host that it names.</summary>
    [Id(1)]
    public string? Url { get; init; }

    /// <summary>What was found, as last written; null where nothing was yet, or the card or <see cref="Url"/> is another one since.</summary>
    [Id(2)]
    public AgentProbeResult? Result { get; init; }

    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}

/// <summary>What a probe found. It is written where the outcome changes, and not again by probes that find the same. Immutable.</summary>
/// <param name="Outcome">What it is.</param>
/// <param name="Since">When it was found first, in UTC, to the millisecond.</param>
/// <param name="Reason">In a sentence: why there was no card, or that it is the card of another agent; null for nothing.</param>
/// <param name="Drift">Where the card differs that was found: JSON Pointers (RFC 6901), up to <see cref="MostDrift"/>; empty where it does not.</param>
/// <param name="LastSuccess">When a card was had last, as known when this was written; null where none ever was.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentProbeResult")]
public sealed record AgentProbeResult(
    [property: Id(0)] AgentProbeOutcome Outcome,
    [property: Id(1)] DateTimeOffset Since,
    [property: Id(2)] string? Reason,
    [property: Id(3)] IReadOnlyList<string> Drift,
    [property: Id(4)] DateTimeOffset? LastSuccess)
{
    /// <summary>The most differences that are named.</summary>
    public const int MostDrift = 20;

    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }

    /// <summary>Whether another probe found the same.</summary>
    internal bool IsSame(AgentProbeResult? other) => other is not null && Outcome == other.Outcome && Drift.SequenceEqual(other.Drift);
}
