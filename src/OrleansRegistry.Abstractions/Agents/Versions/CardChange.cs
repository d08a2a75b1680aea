namespace OrleansRegistry;

/// <summary>One difference between two cards.</summary>
/// <param name="Path">
/// A JSON Pointer (RFC 6901): of what was removed into the first card, of all else into the second.
/// </param>
/// <param name="Before">The value in the first card; empty where it was added.</param>
/// <param name="After">The value in the second card; empty where it was removed.</param>
public sealed record CardChange(string Path, RawJson Before, RawJson After);

/// <summary>How two versions of an agent's card differ.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The second.</param>
/// <param name="Changes">The differences, in the order of the cards; empty where both say the same.</param>
/// <param name="Breaks">What clients of the first card may rely on and the second breaks; empty where both are compatible.</param>
public sealed record AgentVersionDiff(
    AgentVersionInfo From, AgentVersionInfo To, IReadOnlyList<CardChange> Changes, IReadOnlyList<CardBreak> Breaks);
