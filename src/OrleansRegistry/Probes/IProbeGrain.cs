namespace OrleansRegistry.Probes;

/// <summary>
/// Knows of a share of all agents how their probes go, in memory alone, and lets one process make each. What is lost with it is found again by the next
/// probe. Its key is <see cref="ProbeGrain.KeyOf"/>.
/// </summary>
[Alias("registry.IProbeGrain")]
internal interface IProbeGrain : IGrainWithStringKey
{
    /// <summary>Whether the caller is to probe an agent whose turn has come. It is then nobody else's for two minutes.</summary>
    /// <param name="of">What the probe would be about: of another card, the turn has come whatever was known of the one before.</param>
    [Alias("Claim")]
    Task<ProbeClaim> Claim(ProbeKey key, ProbeSubject of);

    /// <summary>Tells what came of a probe.</summary>
    /// <param name="next">Until the next one; null where none comes by itself.</param>
    [Alias("Report")]
    Task Report(ProbeKey key, ProbeKnown known, TimeSpan? next);

    /// <summary>What is known of an agent's probes.</summary>
    [Alias("Look")]
    Task<ProbeClaim> Look(ProbeKey key);
}

/// <summary>Whose probe it is.</summary>
[GenerateSerializer, Immutable, Alias("registry.ProbeKey")]
internal readonly record struct ProbeKey([property: Id(0)] string Tenant, [property: Id(1)] string AgentId);

/// <param name="IsMine">Whether the caller is to make the probe.</param>
/// <param name="Left">Until it may be claimed; null where nothing is known.</param>
/// <param name="Known">What came of the last one; null where nothing is known.</param>
[GenerateSerializer, Immutable, Alias("registry.ProbeClaim")]
internal sealed record ProbeClaim([property: Id(0)] bool IsMine, [property: Id(1)] TimeSpan? Left, [property: Id(2)] ProbeKnown? Known);

/// <summary>What came of a probe.</summary>
/// <param name="Result">What was found, and since when.</param>
/// <param name="At">When it ended, in UTC.</param>
/// <param name="Failures">How many in a row had no card.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Of">Which card of the agent, and which URL it asked for, the probe was about.</param>
[GenerateSerializer, Immutable, Alias("registry.ProbeKnown")]
internal sealed record ProbeKnown(
    [property: Id(0)] AgentProbeResult Result,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] int Failures,
    [property: Id(3)] TimeSpan Took,
    [property: Id(4)] ProbeSubject Of)
{
    /// <summary>Where the card was found, with what tells whether it has changed; null where there was none.</summary>
    [Id(5)]
    public AgentSource? Place { get; init; }
}

/// <summary>What a probe is about: where any of it is another one by now, what was found says nothing.</summary>
/// <param name="Created">When the agent was registered.</param>
/// <param name="Version">The number of its card.</param>
/// <param name="Url">Where its card is said to be; null where that follows from the card.</param>
[GenerateSerializer, Immutable, Alias("registry.ProbeSubject")]
internal sealed record ProbeSubject([property: Id(0)] DateTimeOffset Created, [property: Id(1)] long Version, [property: Id(2)] string? Url)
{
    public static ProbeSubject Of(AgentRecord agent) => new(agent.CreatedAt, agent.VersionNumber, ProbePlaces.Known(agent));
}
