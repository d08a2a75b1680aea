namespace OrleansRegistry.Directory;

/// <summary>Finds a substring in the <see cref="AgentEntry.SearchText"/> of many agents without a look at each.</summary>
internal static class SubstringSearch
{
    /// <summary>So many are looked at without a thought.</summary>
    private const int Few = 10_000;

    /// <summary>How often to look for cards that came during a search.</summary>
    private const int MostRounds = 8;

    /// <summary>Of more, so many show how many of them have the text.</summary>
    private const int Samples = 256;

    /// <summary>
    /// The agents of a query for a substring, in the order of their ids; null where it is quicker to look at one agent after the other, until there are as many
    /// as are wanted.
    /// </summary>
    /// <param name="text">In UTF-8, folded.</param>
    /// <param name="isMatch">Whether the query finds an agent.</param>
    /// <param name="after">The id behind which they are wanted; null for all.</param>
    /// <param name="wanted">How many of them.</param>
    public static IEnumerable<AgentEntry>? Find(
        TextIndex index, ReadOnlySpan<byte> text, Func<AgentEntry, bool> isMatch, string? after, int wanted)
    {
        var texts = index.Generation;
        var blocks = texts.Blocks;
        if (text.Length < TrigramBlock.ShortestText || blocks.Length == 0 || !index.HasAll)
        {
            return null;
        }

        var documents = new List<int>();
        var buckets = TrigramBlock.BucketsOf(text);
        for (var block = 0; block < blocks.Length; block++)
        {
            blocks[block].Find(buckets, block * TrigramBlock.Documents, documents);
        }

        var count = texts.Count;
        for (var document = blocks.Length * TrigramBlock.Documents; document < count; document++)
        {
            documents.Add(document);
        }

        var entries = texts.Entries;
        if (documents.Count > count / 4 && wanted >= count)
        {
            return null;
        }

        if (documents.Count > Few && wanted < count)
        {
            var hits = 0;
            for (var sample = 0; sample < Samples; sample++)
            {
                var document = documents[(int)((long)sample * documents.Count / Samples)];
                hits += entries[document] is { } entry && isMatch(entry) ? 1 : 0;
            }

            var matches = (double)documents.Count * hits / Samples;
            if (wanted * count / Math.Max(matches, 1) < documents.Count)
            {
                return null;
            }
        }

        var found = new List<AgentEntry>();
        foreach (var document in documents)
        {
            Take(entries, document);
        }

        // A card that changes is a new document, and is gone under its number before.
        for (var round = 0; round < MostRounds && texts.Count > count; round++)
        {
            var first = count;
            count = texts.Count;
            entries = texts.Entries;
            for (var document = first; document < count; document++)
            {
                Take(entries, document);
            }
        }

        // An agent that is changed in this moment may be there as it was and as it is.
        return found.OrderBy(entry => entry.Record.Id, StringComparer.Ordinal).DistinctBy(entry => entry.Record.Id);

        void Take(AgentEntry?[] of, int document)
        {
            if (of[document] is { } entry && isMatch(entry) && string.CompareOrdinal(entry.Record.Id, after) > 0)
            {
                found.Add(entry);
            }
        }
    }
}
