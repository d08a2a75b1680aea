namespace OrleansRegistry.Directory;

/// <summary>One way in which a word of a query can be in a card.</summary>
/// <param name="Factor">How much it counts against the word itself: 1 for that.</param>
internal readonly record struct TextVariant(Postings Token, float Factor);

/// <summary>One word of a query, with what it may stand for.</summary>
/// <param name="Variants">None where no card has anything like it.</param>
internal sealed record TextClause(string Token, IReadOnlyList<TextVariant> Variants);

/// <summary>
/// A query as ranked search understands it: words that say something, each with what it may stand for: itself, what begins with it where it is the last
/// and may still be typed, and where no card has it, what differs by one typo.
/// </summary>
internal sealed class TextQuery
{
    /// <summary>The most words that count.</summary>
    private const int MaxClauses = 32;

    private const int ShortestPrefix = 2;
    private const int MostCompletions = 32;
    private const int ShortestTyped = 5;
    private const int MostCorrections = 8;
    private const int MostTokensSeen = 50_000;
    private const float CompletionFactor = 0.6f;
    private const float CorrectionFactor = 0.6f;

    private TextQuery(string plain, IReadOnlyList<TextClause> clauses) => (Plain, Clauses) = (plain, clauses);

    /// <summary>As <see cref="TextTokens.Plain"/>.</summary>
    public string Plain { get; }

    /// <summary>None where the query has no letter or digit.</summary>
    public IReadOnlyList<TextClause> Clauses { get; }

    public static TextQuery Of(string text, TextGeneration texts)
    {
        var tokens = TextTokens.Of(text).Distinct(StringComparer.Ordinal).ToList();
        var telling = tokens.Where(token => !StopWords.Has(token)).ToList();
        tokens = (telling.Count > 0 ? telling : tokens)[..Math.Min(MaxClauses, telling.Count > 0 ? telling.Count : tokens.Count)];
        var isOpen = text.Length > 0 && char.IsLetterOrDigit(text[^1]);
        var last = isOpen ? TextTokens.Of(text, stems: false).LastOrDefault() : null;
        var clauses = tokens.Select(token =>
        {
            var mayGoOn = last is not null && TextTokens.Stem(last).SequenceEqual(token);
            return new TextClause(token, Variants(token, mayGoOn ? last : null, texts));
        });
        return new TextQuery(TextTokens.Plain(text), [.. clauses]);
    }

    /// <param name="typed">Where the word may be unfinished: as it was typed.</param>
    private static List<TextVariant> Variants(string token, string? typed, TextGeneration texts)
    {
        var variants = new List<TextVariant>();
        if (texts.Find(token) is { } exact)
        {
            variants.Add(new TextVariant(exact, 1));
        }

        if (typed is { Length: >= ShortestPrefix })
        {
            variants.AddRange(
                Completions(typed, texts).Where(found => found.Token != token).Select(found => new TextVariant(found, CompletionFactor)));
        }

        if (variants.Count == 0 && token.Length >= ShortestTyped)
        {
            variants.AddRange(Corrections(token, texts).Select(found => new TextVariant(found, CorrectionFactor)));
        }

        return variants;
    }

    /// <summary>What begins with it, the most used of it.</summary>
    private static IEnumerable<Postings> Completions(string typed, TextGeneration texts)
    {
        var most = new PriorityQueue<Postings, int>(MostCompletions + 1);
        var all = texts.Tokens.After(typed).TakeWhile(found => found.Token.StartsWith(typed, StringComparison.Ordinal));
        foreach (var found in all.Take(MostTokensSeen))
        {
            if (most.Count < MostCompletions)
            {
                most.Enqueue(found, found.Count);
            }
            else
            {
                most.EnqueueDequeue(found, found.Count);
            }
        }

        return most.UnorderedItems.Select(item => item.Element);
    }

    /// <summary>What begins with the same letter, and differs by one typo; the most used of it.</summary>
    private static IEnumerable<Postings> Corrections(string token, TextGeneration texts)
    {
        var found = new HashSet<Postings>(ReferenceEqualityComparer.Instance);
        Typos.Visit(token, texts.Letters, (texts, found), static (state, word) =>
        {
            if (state.texts.Find(word) is { } known)
            {
                state.found.Add(known);
            }
        });
        return found.OrderByDescending(postings => postings.Count).ThenBy(postings => postings.Token, StringComparer.Ordinal).Take(MostCorrections);
    }
}
