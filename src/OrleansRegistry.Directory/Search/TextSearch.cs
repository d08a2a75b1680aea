using System.Buffers;
using System.Numerics.Tensors;

namespace OrleansRegistry.Directory;

/// <summary>An agent that a ranked search found.</summary>
/// <param name="Score">Above 0; 1 is about what a card gets in which every word of the query is as weighty as can be.</param>
internal readonly record struct TextMatch(AgentEntry Entry, float Score);

/// <summary>What a ranked search found.</summary>
/// <param name="Best">Best first, and of equal ones by their ids.</param>
/// <param name="HasMore">Whether there are others after them.</param>
internal readonly record struct TextMatches(IReadOnlyList<TextMatch> Best, bool HasMore);

/// <summary>
/// Ranks the cards that have words of a query: BM25, with the weights of a card's fields in how often it has a word, and the length of the card.
/// </summary>
/// <remarks>Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, 3.6.</remarks>
internal static class TextSearch
{
    /// <summary>How soon more of a word counts for little.</summary>
    private const float Saturation = 1.2f;

    /// <summary>How much long cards must have more of a word.</summary>
    private const float LengthShare = 0.5f;

    /// <summary>What an agent gets whose very name is the query.</summary>
    private const float NameFactor = 2f;

    /// <summary>The best matches.</summary>
    /// <param name="admits">The other conditions of the query.</param>
    /// <param name="most">How many, from 1.</param>
    /// <param name="after">The last of those before; null for the first page.</param>
    public static TextMatches Run(
        TextGeneration texts, TextQuery query, Func<AgentEntry, bool> admits, int most, (float Score, string Id)? after)
    {
        var count = texts.Count;
        var scores = ArrayPool<float>.Shared.Rent(Math.Max(1, count));
        var ofClause = ArrayPool<float>.Shared.Rent(Math.Max(1, count));
        try
        {
            Array.Clear(scores, 0, count);
            var best = 0f;
            foreach (var clause in query.Clauses)
            {
                best += Add(texts, clause, scores.AsSpan(0, count), ofClause.AsSpan(0, count));
            }

            return best == 0 ? new TextMatches([], HasMore: false) : Select(texts, query, scores.AsSpan(0, count), 1 / best, admits, most, after);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scores);
            ArrayPool<float>.Shared.Return(ofClause);
        }
    }

    /// <returns>The most that a card can get for the word.</returns>
    private static float Add(TextGeneration texts, TextClause clause, Span<float> scores, Span<float> ofClause)
    {
        if (clause.Variants.Count == 0)
        {
            return Rarity(texts, 0) * (Saturation + 1);
        }

        var rarity = Rarity(texts, clause.Variants.Max(variant => variant.Token.Count));
        if (clause.Variants.Count == 1)
        {
            AddVariant(texts, clause.Variants[0], rarity, scores, isBest: false);
        }
        else
        {
            // Of what the word may stand for, the best in a card counts, and not how many there are.
            ofClause.Clear();
            foreach (var variant in clause.Variants)
            {
                AddVariant(texts, variant, rarity, ofClause, isBest: true);
            }

            TensorPrimitives.Add<float>(scores, ofClause, scores);
        }

        return rarity * (Saturation + 1);
    }

    private static void AddVariant(TextGeneration texts, TextVariant variant, float rarity, Span<float> scores, bool isBest)
    {
        var lengths = texts.Lengths;
        var usual = LengthShare / texts.UsualLength;
        var factor = rarity * variant.Factor * (Saturation + 1);
        foreach (var item in variant.Token.Items)
        {
            var document = Postings.DocumentOf(item);
            if (document >= scores.Length)
            {
                // Newer than the search.
                break;
            }

            var weight = Postings.WeightOf(item);
            var score = factor * weight / (weight + (Saturation * (1 - LengthShare + (usual * lengths[document]))));
            ref var known = ref scores[document];
            known = isBest ? MathF.Max(known, score) : known + score;
        }
    }

    private static TextMatches Select(
        TextGeneration texts,
        TextQuery query,
        ReadOnlySpan<float> scores,
        float scale,
        Func<AgentEntry, bool> admits,
        int most,
        (float Score, string Id)? after)
    {
        var entries = texts.Entries;
        var names = texts.Names;
        var name = TextGeneration.NameOf(query.Plain);
        var found = new PriorityQueue<TextMatch, TextMatch>(WorstFirst.Instance);
        var least = 0f;
        for (var document = 0; document < scores.Length; document++)
        {
            var raw = scores[document] * scale;
            if (raw <= 0 || (raw < least && names[document] != name) || entries[document] is not { } entry)
            {
                continue;
            }

            var score = names[document] == name && TextTokens.Plain(entry.Record.Id) == query.Plain ? raw * NameFactor : raw;
            var match = new TextMatch(entry, score);
            if (score < least
                || (after is { } last && !IsAfter(match, last))
                || (found.Count > most && IsWorse(match, found.Peek()))
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

    /// <summary>Of many that are alike, most end here.</summary>
    private static bool IsWorse(TextMatch match, TextMatch worst) => WorstFirst.Instance.Compare(match, worst) < 0;

    /// <summary>The rarer a word, the more it says.</summary>
    private static float Rarity(TextGeneration texts, int having)
    {
        // A word of a card that is being taken in may be in one more than there are.
        var count = Math.Max(texts.Count, having);
        return MathF.Log(1 + ((count - having + 0.5f) / (having + 0.5f)));
    }

    private sealed class WorstFirst : IComparer<TextMatch>
    {
        public static readonly WorstFirst Instance = new();

        public int Compare(TextMatch x, TextMatch y) =>
            x.Score != y.Score ? x.Score.CompareTo(y.Score) : string.CompareOrdinal(y.Entry.Record.Id, x.Entry.Record.Id);
    }
}
