using System.Buffers;
using System.Numerics.Tensors;

namespace OrleansRegistry.Directory;

/// <summary>An agent that a ranked search found.</summary>
/// <param name="Score">Above 0; 1 is about what a card gets in which every word of the query is as weighty as can be.</param>
internal readonly record struct TextMatch(AgentEntry Entry, float Score);

/// <summary>What a ranked search found.</summary>
/// <param name="Best">Best first, and of equal ones by their ids.</param>
/// <param name="HasMore">Whether there are others after them.</param>
/// <param name="Noted">Those of the agents that were asked after that are found; one may be there twice.</param>
internal readonly record struct TextMatches(IReadOnlyList<TextMatch> Best, bool HasMore, IReadOnlyList<TextMatch> Noted);

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

    /// <summary>How often to look for cards that came during a search. Where more keep coming, the last of them are left to the next.</summary>
    private const int MostRounds = 8;

    /// <summary>Takes the scores of documents that follow one another.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="scale">What a score is to be multiplied by.</param>
    internal delegate void ScoresAction(int first, ReadOnlySpan<float> scores, float scale);

    /// <summary>The best matches.</summary>
    /// <param name="admits">The other conditions of the query.</param>
    /// <param name="most">How many, from 1.</param>
    /// <param name="after">The last of those before; null for the first page.</param>
    /// <param name="few">Where the other conditions leave few: agents among which all are that they admit.</param>
    /// <param name="noted">Agents whose scores are wanted too, be they among the best or not, and whatever the other conditions.</param>
    public static TextMatches Run(
        TextGeneration texts,
        TextQuery query,
        Func<AgentEntry, bool> admits,
        int most,
        (float Score, string Id)? after,
        IReadOnlyList<AgentSlot>? few = null,
        IReadOnlyList<AgentSlot>? noted = null)
    {
        var best = new BestMatches(texts, query, admits, most, after);
        Score(texts, query, (first, scores, scale) =>
        {
            if (few is null)
            {
                best.Take(first, scores, scale);
            }
            else
            {
                best.Take(few, first, scores, scale);
            }

            best.Note(noted ?? [], first, scores, scale);
        });
        return few is not null && best.IsTorn ? Run(texts, query, admits, most, after, null, noted) : best.ToMatches();
    }

    /// <summary>Tells the scores of all documents, 0 for those that have none of the words.</summary>
    public static void Visit(TextGeneration texts, TextQuery query, ScoresAction take) => Score(texts, query, take);

    /// <summary>All matches, in no order; an agent that changes meanwhile may be there twice.</summary>
    /// <param name="admits">The other conditions of the query.</param>
    public static List<AgentEntry> FindAll(TextGeneration texts, TextQuery query, Func<AgentEntry, bool> admits)
    {
        var found = new List<AgentEntry>();
        Score(texts, query, (first, scores, _) =>
        {
            var entries = texts.Entries;
            for (var i = 0; i < scores.Length; i++)
            {
                if (scores[i] > 0 && entries[first + i] is { } entry && admits(entry))
                {
                    found.Add(entry);
                }
            }
        });
        return found;
    }

    /// <summary>
    /// Scores all documents, and then those that came meanwhile: a card that changes is a new document, and is gone under its number before.
    /// </summary>
    private static void Score(TextGeneration texts, TextQuery query, ScoresAction take)
    {
        var first = 0;
        for (var round = 0; round < MostRounds && (round == 0 || texts.Count > first); round++)
        {
            var count = texts.Count - first;
            var scores = ArrayPool<float>.Shared.Rent(Math.Max(1, count));
            var ofClause = ArrayPool<float>.Shared.Rent(Math.Max(1, count));
            try
            {
                Array.Clear(scores, 0, count);
                var best = 0f;
                foreach (var clause in query.Clauses)
                {
                    best += Add(texts, clause, first, scores.AsSpan(0, count), ofClause.AsSpan(0, count));
                }

                if (best > 0)
                {
                    take(first, scores.AsSpan(0, count), 1 / best);
                }
            }
            finally
            {
                ArrayPool<float>.Shared.Return(scores);
                ArrayPool<float>.Shared.Return(ofClause);
            }

            first += count;
        }
    }

    /// <returns>The most that a card can get for the word.</returns>
    private static float Add(TextGeneration texts, TextClause clause, int first, Span<float> scores, Span<float> ofClause)
    {
        if (clause.Variants.Count == 0)
        {
            return Rarity(texts, 0) * (Saturation + 1);
        }

        var rarity = Rarity(texts, clause.Variants.Max(variant => variant.Token.Count));
        if (clause.Variants.Count == 1)
        {
            AddVariant(texts, clause.Variants[0], rarity, first, scores, isBest: false);
        }
        else
        {
            // Of what the word may stand for, the best in a card counts, and not how many there are.
            ofClause.Clear();
            foreach (var variant in clause.Variants)
            {
                AddVariant(texts, variant, rarity, first, ofClause, isBest: true);
            }

            TensorPrimitives.Add<float>(scores, ofClause, scores);
        }

        return rarity * (Saturation + 1);
    }

    private static void AddVariant(
        TextGeneration texts, TextVariant variant, float rarity, int first, Span<float> scores, bool isBest)
    {
        var lengths = texts.Lengths;
        var usual = LengthShare / texts.UsualLength;
        var factor = rarity * variant.Factor * (Saturation + 1);
        foreach (var item in variant.Token.From(first))
        {
            var document = Postings.DocumentOf(item);
            if (document - first >= scores.Length)
            {
                // Newer than the search.
                break;
            }

            var weight = Postings.WeightOf(item);
            var score = factor * weight / (weight + (Saturation * (1 - LengthShare + (usual * lengths[document]))));
            ref var known = ref scores[document - first];
            known = isBest ? MathF.Max(known, score) : known + score;
        }
    }

    /// <summary>The rarer a word, the more it says.</summary>
    private static float Rarity(TextGeneration texts, int having)
    {
        // A word of a card that is being taken in may be in one more than there are.
        var count = Math.Max(texts.Count, having);
        return MathF.Log(1 + ((count - having + 0.5f) / (having + 0.5f)));
    }
}
