namespace OrleansRegistry.Directory;

/// <summary>Keeps the best matches of a ranked search.</summary>
/// <param name="admits">The other conditions of the query.</param>
/// <param name="most">How many, from 1.</param>
/// <param name="after">The last of those before; null for the first page.</param>
internal sealed class BestMatches(
    TextGeneration texts, TextQuery query, Func<AgentEntry, bool> admits, int most, (float Score, string Id)? after)
{
    /// <summary>What an agent gets whose very name is the query.</summary>
    private const float NameFactor = 2f;

    // One more than is wanted, which tells whether there are more.
    private readonly PriorityQueue<TextMatch, TextMatch> found = new(WorstFirst.Instance);
    private readonly int name = TextGeneration.NameOf(query.Plain);
    private float least;

    /// <summary>Takes those documents that are among the best.</summary>
    /// <param name="first">The number of the first document.</param>
    /// <param name="scale">What a score is to be multiplied by.</param>
    public void Take(int first, ReadOnlySpan<float> scores, float scale)
    {
        var entries = texts.Entries;
        var names = texts.Names;
        for (var i = 0; i < scores.Length; i++)
        {
            var raw = scores[i] * scale;
            var isNamed = names[first + i] == name;
            if (raw <= 0 || (raw < least && !isNamed) || entries[first + i] is not { } entry)
            {
                continue;
            }

            var score = isNamed && TextTokens.Plain(entry.Record.Id) == query.Plain ? raw * NameFactor : raw;
            var match = new TextMatch(entry, score);
            if (score < least
                || (after is { } last && !IsAfter(match, last))
                || (found.Count > most && WorstFirst.Instance.Compare(match, found.Peek()) < 0)
                || !admits(entry))
            {
                continue;
            }

            found.Enqueue(match, match);
            if (found.Count > most + 1)
            {
                found.Dequeue();
                least = found.Peek().Score;
            }
        }
    }

    /// <summary>What was found. Called last.</summary>
    public TextMatches ToMatches()
    {
        var matches = new TextMatch[found.Count];
        for (var i = matches.Length - 1; i >= 0; i--)
        {
            matches[i] = found.Dequeue();
        }

        // An agent that is changed in this moment may be there as it was and as it is.
        return new TextMatches([.. matches.Take(most).DistinctBy(match => match.Entry.Record.Id)], HasMore: matches.Length > most);
    }

    private static bool IsAfter(TextMatch match, (float Score, string Id) last) =>
        match.Score < last.Score || (match.Score == last.Score && string.CompareOrdinal(match.Entry.Record.Id, last.Id) > 0);

    private sealed class WorstFirst : IComparer<TextMatch>
    {
        public static readonly WorstFirst Instance = new();

        public int Compare(TextMatch x, TextMatch y) =>
            x.Score != y.Score ? x.Score.CompareTo(y.Score) : string.CompareOrdinal(y.Entry.Record.Id, x.Entry.Record.Id);
    }
}
