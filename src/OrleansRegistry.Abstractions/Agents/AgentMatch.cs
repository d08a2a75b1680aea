using System.Runtime.InteropServices;

namespace OrleansRegistry;

/// <summary>Why a ranked search found an agent.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="Score">Above 0; the higher the better. 1 is about what an agent gets in which every word of the query weighs as much as can be;
/// scores of different queries can be compared as far as that goes.</param>
/// <param name="Highlights">Up to two pieces of the card that have words of the query.</param>
public sealed record AgentMatch(string AgentId, double Score, IReadOnlyList<AgentHighlight> Highlights);

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
