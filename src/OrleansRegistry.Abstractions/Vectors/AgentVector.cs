namespace OrleansRegistry;

/// <summary>One vector of an agent.</summary>
/// <param name="Field">What of the agent it is of, such as <c>skills[0].name</c>; up to <see cref="MaxField"/> characters, and may be empty.</param>
/// <param name="Values">1 to <see cref="MaxDimensions"/> finite numbers, not all of them zero. The length of the vector makes no difference.</param>
public sealed record AgentVector(string Field, ReadOnlyMemory<float> Values)
{
    /// <summary>The most numbers of a vector.</summary>
    public const int MaxDimensions = 4_096;

    /// <summary>The most characters of <see cref="Field"/>.</summary>
    public const int MaxField = 512;

    /// <summary>The most characters of <see cref="Content"/>.</summary>
    public const int MaxContent = 8_192;

    /// <summary>The most bytes of <see cref="Metadata"/>.</summary>
    public const int MaxMetadata = 4_096;

    /// <summary>The text that it was made of; null where that is not known.</summary>
    public string? Content { get; init; }

    /// <summary>A JSON object that the registry keeps and does not read; empty for none.</summary>
    public RawJson Metadata { get; init; }
}

/// <summary>Vectors that a caller gives an agent, in place of those that it gave before.</summary>
/// <param name="Model">
/// Names what made them: vectors of another name are never compared with these. 1 to <see cref="MaxModel"/> characters.
/// </param>
/// <param name="Vectors">
/// 1 to <see cref="MaxVectors"/>, of as many numbers each, and no more than <see cref="MaxNumbers"/> numbers in all.
/// </param>
/// <param name="Condition">The precondition of the write; the default has none.</param>
public sealed record AgentVectorUpdate(string Model, IReadOnlyList<AgentVector> Vectors, WriteCondition Condition = default)
{
    /// <summary>The most characters of <see cref="Model"/>.</summary>
    public const int MaxModel = 200;

    /// <summary>The most vectors of an agent.</summary>
    public const int MaxVectors = 256;

    /// <summary>The most numbers of all vectors of an agent together.</summary>
    public const int MaxNumbers = 262_144;
}

/// <summary>The vectors of an agent: those that a caller gave it, else those that the registry made.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="Revision">The agent's, as it was read.</param>
/// <param name="Model">What made them; null where there are none.</param>
/// <param name="Dimensions">How many numbers each has; 0 where there are none.</param>
/// <param name="Vectors">As they were given; those that the registry made have the length 1.</param>
public sealed record AgentVectorSet(string AgentId, long Revision, string? Model, int Dimensions, IReadOnlyList<AgentVector> Vectors)
{
    /// <summary>Whether a caller gave them.</summary>
    public bool IsGiven { get; init; }

    /// <summary>When they were given; null of those that the registry made.</summary>
    public DateTimeOffset? WrittenAt { get; init; }

    /// <summary>Who gave them; null where that is not known, or the registry made them.</summary>
    public string? WrittenBy { get; init; }

    /// <summary>The number of the card that the agent had then (<see cref="AgentRecord.VersionNumber"/>); null of those that the registry made.</summary>
    public long? CardNumber { get; init; }
}

/// <summary>What vectors an agent was given.</summary>
/// <param name="Model">What made them.</param>
/// <param name="Dimensions">How many numbers each has.</param>
/// <param name="Count">How many there are.</param>
/// <param name="WrittenAt">When they were given, in UTC, to the millisecond.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentVectorInfo")]
public sealed record AgentVectorInfo(
    [property: Id(0)] string Model, [property: Id(1)] int Dimensions, [property: Id(2)] int Count, [property: Id(3)] DateTimeOffset WrittenAt)
{
    /// <summary>Rises each time the agent is given vectors, or they are taken away.</summary>
    [Id(4)]
    internal long Number { get; init; }

    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}
