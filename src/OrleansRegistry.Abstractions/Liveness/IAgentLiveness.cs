namespace OrleansRegistry;

/// <summary>
/// Tells which agents are alive: one with a lease (<see cref="AgentRegistration.Ttl"/>), or an instance of one (<see cref="InstanceRegistration.Ttl"/>),
/// beats, and whoever stops is unhealthy and then expired.
/// Beats stay in memory; a node that is lost or restarts gives every agent that it knew the whole of its lease again.
/// </summary>
public interface IAgentLiveness
{
    /// <summary>The most beats of one <see cref="HeartbeatManyAsync"/>.</summary>
    const int MostAtOnce = 1_000;

    /// <summary>
    /// Says that an agent or an instance is alive. One that was not healthy is so again, and that is written. For the agent's owner and its workers; where
    /// nobody is known to own it, for everybody of the tenant.
    /// </summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.NotFound"/>: there is no such agent or instance, or it was ephemeral and has expired: register it again.
    /// <see cref="RegistryError.Invalid"/>: it has no lease. <see cref="RegistryError.Forbidden"/>: the caller is neither its owner nor a worker.
    /// </exception>
    Task<AgentBeat> HeartbeatAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken = default);

    /// <summary>The same for up to <see cref="MostAtOnce"/> of them, each with a result of its own, in their order.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.TooLarge"/>: there are more.</exception>
    Task<IReadOnlyList<AgentBeatResult>> HeartbeatManyAsync(
        Caller caller, IReadOnlyList<LeaseHolder> holders, CancellationToken cancellationToken = default);

    /// <summary>What is known of a lease now; null where the agent or instance has none.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>: there is no such agent or instance.</exception>
    Task<LeaseStatus?> GetLeaseAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken = default);
}

/// <summary>A beat that was taken.</summary>
/// <param name="Health">Of who beat, from now on.</param>
/// <param name="Ttl">The lease's: how long it lasts from now.</param>
/// <param name="ExpiresAt">When it expires without another beat, in UTC, to the millisecond.</param>
public sealed record AgentBeat(string AgentId, AgentHealth Health, TimeSpan Ttl, DateTimeOffset ExpiresAt)
{
    /// <summary>Which of the agent's instances beat; null for the agent itself.</summary>
    public string? Instance { get; init; }

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
