using System.Runtime.InteropServices;

namespace OrleansRegistry;

/// <summary>Why a ranked search found an agent.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="Score">Above 0; the higher the better. 1 is about what an agent gets in which every word of the query weighs as much as can be;
/// scores of different queries can be compared as far as that goes.</param>
/// <param name="Highlights">Up to two pieces of the card that have words of the query.</param>
public sealed record AgentMatch(string AgentId, double Score, IReadOnlyList<AgentHighlight> Highlights)
{
    /// <summary>What the query's words in its card are worth; null where they do not count, or there are none.</summary>
    public double? TextScore { get; init; }

    /// <summary>How near the agent is to what the query means, from 0 to 1; null where that does not count, or is not known.</summary>
    public double? MeaningScore { get; init; }

    /// <summary>What of its card is nearest to it: <c>description</c>, <c>skills[2]</c>, <c>skills[2]..[4]</c>; null without a score.</summary>
    public string? MeaningField { get; init; }
}

/// <summary>A piece of a card that has words of the query.</summary>
/// <param name="Field">Where in the card, such as <c>skills[2].description</c>.</param>
/// <param name="Text">Up to about 160 characters of it; … where it is cut.</param>
/// <param name="Ranges">Where in <paramref name="Text"/> the words are.</param>
public sealed record AgentHighlight(string Field, string Text, IReadOnlyList<TextRange> Ranges);

/// <summary>A part of a text.</summary>
/// <param name="Start">From 0, in UTF-16 code units.</param>
/// <param name="Length">In UTF-16 code units.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TextRange(int Start, int Length);
