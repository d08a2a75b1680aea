namespace OrleansRegistry.Directory;

/// <summary>Keeps the best matches of a ranked search.</summary>
/// <param name="admits">The other conditions of the query.</param>
/// <param name="most">How many, from 1.</param>
/// <param name="after">The last of those before; null for the first page.</param>
internal sealed class BestMatches(
    TextGeneration texts, TextQuery query, Func<AgentEntry, bool> admits, int most, (float Score, string Id)? after)
{
    /// <summary>What an agent gets whose very name is the query.</summary>
    internal const float NameFactor = 2f;

    // One more than is wanted, which tells whether there are more.
    private readonly PriorityQueue<TextMatch, TextMatch> found = new(WorstFirst.Instance);
    private readonly int name = TextGeneration.NameOf(query.Plain);
    private readonly List<TextMatch> noted = [];
    private float least;

    /// <summary>Whether some of the agents that were given could not be looked at, as the index changed.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Takes those documents that are among the best.</summary>
    /// <param name="first">The number of the first document.</param>
    /// <param name="scale">What a score is to be multiplied by.</param>
    public void Take(int first, ReadOnlySpan<float> scores, float scale)
    {
        var names = texts.Names;
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > 0 && (scores[i] * scale >= least || names[first + i] == name))
            {
                Take(first + i, scores[i] * scale);
            }
        }
    }

    /// <summary>Takes those of some agents' documents that are among the best.</summary>
    /// <inheritdoc cref="Take(int, ReadOnlySpan{float}, float)"/>
    public void Take(IReadOnlyList<AgentSlot> few, int first, ReadOnlySpan<float> scores, float scale)
    {
        foreach (var slot in few)
        {
            if (DocumentOf(slot, first, scores.Length) is { } document)
            {
                Take(document, scores[document - first] * scale);
            }
        }
    }

    /// <summary>Finds out the scores of some agents, be they among the best or not.</summary>
    /// <inheritdoc cref="Take(int, ReadOnlySpan{float}, float)"/>
    public void Note(IReadOnlyList<AgentSlot> some, int first, ReadOnlySpan<float> scores, float scale)
    {
        foreach (var slot in some)
        {
            if (DocumentOf(slot, first, scores.Length) is { } document
                && scores[document - first] is > 0 and var score
                && texts.Entries[document] is { } entry)
            {
                noted.Add(new TextMatch(entry, ScoreOf(document, entry, score * scale)));
            }
        }
    }

    private void Take(int document, float raw)
    {
        if (raw <= 0 || texts.Entries[document] is not { } entry)
        {
            return;
        }

        var match = new TextMatch(entry, ScoreOf(document, entry, raw));
        if (match.Score < least
            || (after is { } last && !IsAfter(match, last))
            || (found.Count > most && WorstFirst.Instance.Compare(match, found.Peek()) < 0)
            || !admits(entry))
        {
            return;
        }

        found.Enqueue(match, match);
        if (found.Count > most + 1)
        {
            found.Dequeue();
            least = found.Peek().Score;
        }
    }

    private float ScoreOf(int document, AgentEntry entry, float raw) =>
        texts.Names[document] == name && TextTokens.Plain(entry.Record.Id) == query.Plain ? raw * NameFactor : raw;

    /// <summary>Null where it is none of these, or gone.</summary>
    private int? DocumentOf(AgentSlot slot, int first, int count)
    {
        var document = slot.Document;
        if (document < first || document >= first + count)
        {
            return null;
        }

        if (texts.Entries[document] is { } entry && entry.Record.Id == slot.Id)
        {
            return document;
        }

        // Documents are being numbered anew, or this one has changed in this moment.
        IsTorn |= slot.Entry is not null;
        return null;
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
        return new TextMatches([.. matches.Take(most).DistinctBy(match => match.Entry.Record.Id)], HasMore: matches.Length > most, noted);
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
