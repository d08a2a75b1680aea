namespace OrleansRegistry;

/// <summary>What is known of one version of an agent's card: each card that differs from the one before is one.</summary>
/// <param name="AgentId">The agent's id.</param>
/// <param name="Number">Its number among the agent's cards, from 1.</param>
/// <param name="Version">What the card itself says (<c>version</c>); null where it says nothing.</param>
/// <param name="WrittenAt">When it became the agent's card, in UTC, to the millisecond.</param>
/// <param name="WrittenBy">The subject that wrote it; null where that is not known.</param>
/// <param name="IsCurrent">Whether it is the agent's card now.</param>
/// <param name="Labels">The labels that point to it, in ordinal order; <c>latest</c> is not among them.</param>
public sealed record AgentVersionInfo(
    string AgentId,
    long Number,
    string? Version,
    DateTimeOffset WrittenAt,
    string? WrittenBy,
    bool IsCurrent,
    IReadOnlyList<string> Labels);

/// <summary>One version of an agent's card.</summary>
/// <param name="Info">What is known of it.</param>
/// <param name="Card">The card, byte for byte as it was sent or patched.</param>
public sealed record AgentVersion(AgentVersionInfo Info, RawJson Card);

/// <summary>Some of an agent's versions, newest first.</summary>
/// <param name="Versions">Those of this page.</param>
/// <param name="NextPageToken">Where the next page begins; null on the last.</param>
public sealed record AgentVersionPage(IReadOnlyList<AgentVersionInfo> Versions, string? NextPageToken);

/// <summary>A name that points to a version of an agent's card.</summary>
/// <param name="Name">1 to 64 letters, digits, <c>-</c>, <c>_</c> or <c>.</c>; the first is a letter or digit.</param>
/// <param name="Number">The version's number.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentLabel")]
public sealed record AgentLabel([property: Id(0)] string Name, [property: Id(1)] long Number)
{
    /// <summary>The most labels of one agent.</summary>
    public const int MaxCount = 20;

    /// <summary>Always the newest version; no label can have this name.</summary>
    public const string Latest = "latest";
}

/// <summary>When an agent got its card, and from whom.</summary>
/// <param name="Number">The card's number among the agent's cards, from 1.</param>
/// <param name="At">In UTC, to the millisecond; later than that of the card before.</param>
/// <param name="By">The subject; null where it is not known.</param>
[GenerateSerializer, Immutable, Alias("registry.CardStamp")]
internal sealed record CardStamp([property: Id(0)] long Number, [property: Id(1)] DateTimeOffset At, [property: Id(2)] string? By)
{
    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}

/// <summary>A card that another took the place of, as what of it was different.</summary>
/// <param name="Stamp">Which of the agent's cards it was.</param>
/// <param name="Start">How many bytes it has in common with the next card at the start, from 0.</param>
/// <param name="Middle">What it had between the two.</param>
/// <param name="End">How many bytes it has in common with the next card at the end, from 0.</param>
[GenerateSerializer, Immutable, Alias("registry.ReplacedCard")]
internal sealed record ReplacedCard(
    [property: Id(0)] CardStamp Stamp, [property: Id(1)] int Start, [property: Id(2)] string Middle, [property: Id(3)] int End);
