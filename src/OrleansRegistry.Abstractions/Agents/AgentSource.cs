namespace OrleansRegistry;

/// <summary>Where the registry fetched an agent's card, and how that went last. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.AgentSource")]
public sealed record AgentSource
{
    /// <summary>The shortest time between two scheduled fetches.</summary>
    public static TimeSpan ShortestRefresh { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest time between two scheduled fetches.</summary>
    public static TimeSpan LongestRefresh { get; } = TimeSpan.FromDays(30);

    /// <summary>The http or https URL of the card, as it was found below the one that was given.</summary>
    [Id(0)]
    public required string Url { get; init; }

    /// <summary>When the card that is stored was fetched, in UTC, to the millisecond.</summary>
    [Id(1)]
    public DateTimeOffset FetchedAt { get; init; }

    /// <summary>How often the card is fetched anew; null: only when its owner asks for it.</summary>
    [Id(2)]
    public TimeSpan? RefreshInterval { get; init; }

    /// <summary>Why the last fetch brought no card; null where it did.</summary>
    [Id(3)]
    public AgentSourceFailure? Failure { get; init; }

    /// <summary>The entity tag that came with the card, as in the header; null where there was none.</summary>
    [Id(4)]
    internal string? ETag { get; init; }

    /// <summary>When the card was changed there; null where that was not told.</summary>
    [Id(5)]
    internal DateTimeOffset? LastModified { get; init; }

    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}

/// <summary>Why an agent's card could not be fetched.</summary>
/// <param name="Reason">In a sentence.</param>
/// <param name="At">When it was tried last, in UTC, to the millisecond.</param>
/// <param name="Attempts">How often it was tried since it last went well, from 1.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentSourceFailure")]
public sealed record AgentSourceFailure([property: Id(0)] string Reason, [property: Id(1)] DateTimeOffset At, [property: Id(2)] int Attempts)
{
    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}
