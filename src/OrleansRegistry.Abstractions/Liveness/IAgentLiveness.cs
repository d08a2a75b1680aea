namespace OrleansRegistry;

/// <summary>
/// Tells which agents are alive: an agent with a lease (<see cref="AgentRegistration.Ttl"/>) beats, and whoever stops is unhealthy and then expired.
/// Beats stay in memory; a node that is lost or restarts gives every agent that it knew the whole of its lease again.
/// </summary>
public interface IAgentLiveness
{
    /// <summary>The most agents of one <see cref="HeartbeatManyAsync"/>.</summary>
    const int MostAtOnce = 1_000;

    /// <summary>
    /// Says that an agent is alive. One that was not healthy is so again, and that is written. For the agent's owner and its workers; where nobody is
    /// known to own it, for everybody of the tenant.
    /// </summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.NotFound"/>: there is no such agent, or it was ephemeral and has expired: register it again.
    /// <see cref="RegistryError.Invalid"/>: it has no lease. <see cref="RegistryError.Forbidden"/>: the caller is neither its owner nor a worker.
    /// </exception>
    Task<AgentBeat> HeartbeatAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>The same for up to <see cref="MostAtOnce"/> agents, each with a result of its own, in their order.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.TooLarge"/>: there are more.</exception>
    Task<IReadOnlyList<AgentBeatResult>> HeartbeatManyAsync(
        Caller caller, IReadOnlyList<string> ids, CancellationToken cancellationToken = default);

    /// <summary>What is known of an agent's lease now; null where it has none.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>: there is no such agent.</exception>
    Task<LeaseStatus?> GetLeaseAsync(Caller caller, string id, CancellationToken cancellationToken = default);
}

/// <summary>A beat that was taken.</summary>
/// <param name="Health">The agent's from now on.</param>
/// <param name="Ttl">The lease's: how long it lasts from now.</param>
/// <param name="ExpiresAt">When it expires without another beat, in UTC, to the millisecond.</param>
public sealed record AgentBeat(string AgentId, AgentHealth Health, TimeSpan Ttl, DateTimeOffset ExpiresAt)
{
    /// <inheritdoc cref="AgentLease.BeatEvery"/>
    public TimeSpan BeatEvery => AgentLease.EveryOf(Ttl);
}

/// <summary>The outcome of one beat of many: exactly one of the two members is set.</summary>
public sealed record AgentBeatResult(AgentBeat? Beat, RegistryException? Refused);

/// <summary>A lease as it is now.</summary>
/// <param name="Lease">As stored.</param>
/// <param name="LastBeat">Null where none is known of: it has not beaten, or what knew of it was lost.</param>
/// <param name="ExpiresAt">When it expires without a beat; in the past where it has. Null where nobody counts yet.</param>
public sealed record LeaseStatus(AgentLease Lease, DateTimeOffset? LastBeat, DateTimeOffset? ExpiresAt);
