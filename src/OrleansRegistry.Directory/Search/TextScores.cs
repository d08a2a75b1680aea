namespace OrleansRegistry.Directory;

/// <summary>The scores of all cards for a query, four bytes for each, to be asked for one by one.</summary>
internal sealed class TextScores(TextGeneration texts, TextQuery query)
{
    private readonly List<(int First, float[] Scores)> parts = [];
    private readonly int name = TextGeneration.NameOf(query.Plain);

    /// <summary>Whether a card was asked for whose number the index had changed meanwhile: its score is not known.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Takes the scores of documents that follow one another, and tells each card that has words.</summary>
    /// <param name="take">Gets the card with its score.</param>
    public void Take(int first, ReadOnlySpan<float> scores, float scale, Action<AgentEntry, float> take)
    {
        var scaled = new float[scores.Length];
        var entries = texts.Entries;
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > 0 && entries[first + i] is { } entry)
            {
                scaled[i] = scores[i] * scale * (IsNamed(first + i, entry) ? BestMatches.NameFactor : 1);
                take(entry, scaled[i]);
            }
        }

        parts.Add((first, scaled));
    }

    /// <summary>0 for a card that has none of the words.</summary>
    public float Of(AgentSlot slot)
    {
        var document = slot.Document;
        foreach (var (first, scores) in parts)
        {
            if (document >= first && document < first + scores.Length)
            {
                var isIt = texts.Entries[document]?.Record.Id == slot.Id;
                IsTorn |= !isIt;
                return isIt ? scores[document - first] : 0;
            }
        }

        IsTorn |= document >= 0;
        return 0;
    }

    private bool IsNamed(int document, AgentEntry entry) => texts.Names[document] == name && TextTokens.Plain(entry.Record.Id) == query.Plain;
}
