namespace OrleansRegistry;

/// <summary>
/// The promise of an agent, or an instance of one, to beat (<see cref="IAgentLiveness"/>), and how that went as far as it is stored: beats are not,
/// changes of <see cref="Health"/> are. Immutable.
/// </summary>
[GenerateSerializer, Immutable, Alias("registry.AgentLease")]
public sealed record AgentLease
{
    /// <summary>The shortest <see cref="Ttl"/>.</summary>
    public static TimeSpan ShortestTtl { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest <see cref="Ttl"/>.</summary>
    public static TimeSpan LongestTtl { get; } = TimeSpan.FromDays(1);

    /// <summary>
    /// After how long without a beat it expires, in whole seconds from <see cref="ShortestTtl"/> to <see cref="LongestTtl"/>. It is unhealthy after half of
    /// that.
    /// </summary>
    [Id(0)]
    public required TimeSpan Ttl { get; init; }

    /// <summary>True: the agent or instance is removed when it expires. False: it stays, and is healthy again with the next beat.</summary>
    [Id(1)]
    public bool Ephemeral { get; init; }

    /// <summary>As last written: a moment behind what its beats tell.</summary>
    [Id(2)]
    public AgentHealth Health { get; init; } = AgentHealth.Healthy;

    /// <summary>When this was last written: the lease began or was set, or its health changed. In UTC, to the millisecond; rises with each write.</summary>
    [Id(3)]
    public DateTimeOffset Since { get; init; }

    /// <summary>How often to beat: five beats may get lost before it is taken for unhealthy or expired.</summary>
    public TimeSpan BeatEvery => EveryOf(Ttl);

    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }

    internal static TimeSpan EveryOf(TimeSpan ttl) => ttl / 6;
}
