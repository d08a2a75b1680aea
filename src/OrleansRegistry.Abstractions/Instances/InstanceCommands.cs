namespace OrleansRegistry;

/// <summary>A request to register an instance of an agent, or to replace one.</summary>
/// <param name="Url">As <see cref="AgentInstance.Url"/>.</param>
public sealed record InstanceRegistration(string Url)
{
    /// <inheritdoc cref="AgentInstance.Weight"/>
    public double Weight { get; init; } = 1;

    /// <inheritdoc cref="AgentInstance.Version"/>
    public string? Version { get; init; }

    /// <inheritdoc cref="AgentInstance.Metadata"/>
    public ReadOnlyMemory<byte>? Metadata { get; init; }

    /// <summary>
    /// Gives it a lease: after how long without a beat it expires, from <see cref="AgentLease.ShortestTtl"/> to <see cref="AgentLease.LongestTtl"/>, in
    /// whole seconds. Null gives it none, whatever the one before it had.
    /// </summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>Whether it is removed when its lease ends, in place of being marked. True without a <see cref="Ttl"/> is a lease of the usual time.</summary>
    public bool Ephemeral { get; init; }

    /// <summary>
    /// The precondition of the write: what it says of an agent is said of the instance, whose revision is that of its agent. The default has none.
    /// </summary>
    public WriteCondition Condition { get; init; }
}

/// <summary>Which of an agent's instances are listed.</summary>
public sealed record InstanceQuery
{
    /// <summary>Those of this health alone; one without a lease has none.</summary>
    public AgentHealth? Health { get; init; }

    /// <summary>Those of this <see cref="AgentInstance.Version"/> alone.</summary>
    public string? Version { get; init; }

    /// <summary>Within <see cref="PageLimit.Instances"/>; null for the usual.</summary>
    public int? PageSize { get; init; }

    /// <summary>The <see cref="InstancePage.NextPageToken"/> of the page before; null for the first.</summary>
    public string? PageToken { get; init; }
}

/// <summary>How one of an agent's instances is chosen.</summary>
public sealed record InstanceChoice
{
    /// <summary>
    /// What is to come to the same instance as long as that is healthy, such as a session's id: 1 to 256 UTF-16 code units. Every node chooses the same.
    /// Null leaves it to chance.
    /// </summary>
    public string? Key { get; init; }

    /// <inheritdoc cref="InstanceQuery.Version"/>
    public string? Version { get; init; }

    /// <summary>Where none is healthy, to choose of the unhealthy, and then of the expired.</summary>
    public bool AnyHealth { get; init; }
}

/// <summary>An instance as it was committed.</summary>
/// <param name="Created">True when there was none of its name.</param>
/// <param name="Revision">Of its agent.</param>
public sealed record InstanceWritten(AgentInstance Instance, bool Created, long Revision);

/// <summary>An instance as this node knows it.</summary>
/// <param name="Revision">Of its agent.</param>
public sealed record InstanceFound(AgentInstance Instance, long Revision);

/// <summary>Instances in the ordinal order of their names.</summary>
/// <param name="Total">How many the query finds, on all pages.</param>
/// <param name="NextPageToken">Null on the last page.</param>
/// <param name="Revision">Of their agent.</param>
public sealed record InstancePage(IReadOnlyList<AgentInstance> Instances, int Total, string? NextPageToken, long Revision);
