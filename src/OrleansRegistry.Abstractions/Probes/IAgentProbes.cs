namespace OrleansRegistry;

/// <summary>
/// Looks whether the cards that agents publish can be had, and say what the registry says (<see cref="AgentRegistration.ProbeInterval"/>). It changes no
/// card and no <see cref="AgentHealth"/>. Every member throws <see cref="RegistryException"/> with <see cref="RegistryError.NotFound"/> where there is no
/// such agent.
/// </summary>
public interface IAgentProbes
{
    /// <summary>
    /// Looks now. What was found is written where it is another outcome than before and the agent is probed by itself; else it is answered alone. For the
    /// agent's owner.
    /// </summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: it is not known where its card would be. <see cref="RegistryError.Forbidden"/>: the caller is not its owner.
    /// <see cref="RegistryError.NotSupported"/>: this registry fetches no cards.
    /// </exception>
    Task<AgentProbeStatus> ProbeAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>What is known of an agent's probes now.</summary>
    Task<AgentProbeStatus> GetProbeAsync(Caller caller, string id, CancellationToken cancellationToken = default);
}

/// <summary>
/// How the probes of an agent go. Times of probes, failures and how long one took are in memory: unknown again where the process that held them is lost.
/// </summary>
/// <param name="AgentId">The agent's id.</param>
/// <param name="Result">What was found last; null where nothing was yet.</param>
public sealed record AgentProbeStatus(string AgentId, AgentProbeResult? Result)
{
    /// <summary>How often the agent is probed by itself; null: it is not.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Where a card was found last, before redirects, else where it is looked for; null where that is not known.</summary>
    public string? Url { get; init; }

    /// <summary>When the last probe ended, in UTC, to the millisecond.</summary>
    public DateTimeOffset? LastProbe { get; init; }

    /// <summary>When a card was had last, in UTC, to the millisecond.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>How many probes in a row had no card.</summary>
    public int Failures { get; init; }

    /// <summary>How long the last probe took, to the millisecond.</summary>
    public TimeSpan? Took { get; init; }

    /// <summary>When the next probe is due, in UTC, to the millisecond.</summary>
    public DateTimeOffset? NextProbe { get; init; }

    /// <summary>Of <see cref="IAgentProbes.ProbeAsync"/>: how the card that was found differs from the one in the registry.</summary>
    public IReadOnlyList<CardChange> Changes { get; init; } = [];
}
