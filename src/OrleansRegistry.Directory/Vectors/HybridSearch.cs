namespace OrleansRegistry.Directory;

/// <summary>An agent that a ranked search found, and why.</summary>
/// <param name="Text">What its words are worth; null where they do not count, or it has none of the query's.</param>
/// <param name="Meaning">How near it is in its meaning; null where that does not count, or it has no vectors.</param>
/// <param name="Field">What of its card is nearest in meaning.</param>
internal readonly record struct RankedMatch(AgentEntry Entry, float Score, float? Text, float? Meaning, string? Field)
{
    public string Id => Entry.Record.Id;
}

/// <summary>
/// Ranks by words and meaning: of the best by each, the mean of both scores. Both are absolute, and not by the best of the query, so that the scores of
/// a query that no card fits are lower than those of one that a card does.
/// </summary>
internal static class HybridSearch
{
    /// <summary>How many of the best by words, and of the best by meaning, are compared. Others are not found.</summary>
    public const int Depth = 1_000;

    /// <summary>What an agent gets more whose very name is the query: it goes before all that have other names.</summary>
    private const float NameBonus = 1f;

    private const float TextShare = 0.5f;

    /// <summary>The matches, best first, and of equal ones by their ids.</summary>
    /// <param name="admits">The other conditions of the query.</param>
    /// <param name="few">Where those leave few: agents among which all are that they admit.</param>
    public static IReadOnlyList<RankedMatch> Run(
        TenantIndex index, TextQuery words, MeaningQuery meaning, Func<AgentEntry, bool> admits, IReadOnlyList<AgentSlot>? few = null)
    {
        var near = meaning.Nearest(index, admits, Depth, few)
            .DistinctBy(match => match.Entry.Record.Id, StringComparer.Ordinal)
            .ToDictionary(match => match.Entry.Record.Id, StringComparer.Ordinal);
        var matches = meaning.WithText
            ? Fused(TextOf(index, words, admits, near, few), near, words, meaning)
            : near.Values.Select(match => new RankedMatch(match.Entry, match.Score, null, match.Score, match.Field));
        return [.. matches.OrderByDescending(match => match.Score).ThenBy(match => match.Id, StringComparer.Ordinal)];
    }

    /// <summary>The best by words, and those that are near in meaning and have words, however few.</summary>
    private static Dictionary<string, TextMatch> TextOf(
        TenantIndex index,
        TextQuery words,
        Func<AgentEntry, bool> admits,
        Dictionary<string, MeaningMatch> near,
        IReadOnlyList<AgentSlot>? few)
    {
        AgentSlot[] noted = [.. near.Keys.Select(index.SlotOf).OfType<AgentSlot>()];
        var matches = TextSearch.Run(index.Text.Generation, words, admits, Depth, after: null, few, noted);
        var found = matches.Best.ToDictionary(match => match.Entry.Record.Id, StringComparer.Ordinal);
        foreach (var match in matches.Noted)
        {
            found.TryAdd(match.Entry.Record.Id, match);
        }

        return found;
    }

    private static IEnumerable<RankedMatch> Fused(
        Dictionary<string, TextMatch> text, Dictionary<string, MeaningMatch> near, TextQuery words, MeaningQuery meaning)
    {
        foreach (var (id, match) in text)
        {
            MeaningMatch? close = near.TryGetValue(id, out var known)
                ? known
                : meaning.Find(id) is { } vectors ? MeaningSearch.ScoreOf(match.Entry, vectors, meaning.Query) : null;
            yield return Match(match.Entry, match.Score, close, words);
        }

        foreach (var (id, match) in near)
        {
            if (!text.ContainsKey(id))
            {
                yield return Match(match.Entry, null, match, words);
            }
        }
    }

    private static RankedMatch Match(AgentEntry entry, float? text, MeaningMatch? meaning, TextQuery words)
    {
        var score = (TextShare * Math.Min(1, text ?? 0)) + ((1 - TextShare) * (meaning?.Score ?? 0));
        return new RankedMatch(
            entry, TextTokens.Plain(entry.Record.Id) == words.Plain ? score + NameBonus : score, text, meaning?.Score, meaning?.Field);
    }
}
