using System.Globalization;
using System.Text;
using ADRaffy.ENSNormalize;

namespace OrleansRegistry.Embeddings.Local;

/// <summary>
/// Cuts text into the pieces of words that BERT models without case know: words in lower case without accents, each the longest known piece first.
/// </summary>
/// <remarks>Devlin and others, BERT, 2018; Wu and others, Google's Neural Machine Translation System, 2016, 4.1.</remarks>
internal sealed class WordPieces
{
    private const int LongestWord = 100;
    private const string Inner = "##";

    /// <summary>What is longer than that has more pieces than any model takes.</summary>
    private const int MostCharacters = 16_384;

    private readonly Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> known;
    private readonly int unknown;
    private readonly int first;
    private readonly int last;

    /// <param name="lines">A piece in each line, in the order of their numbers; those within a word begin with <c>##</c>.</param>
    public WordPieces(TextReader lines)
    {
        for (var number = 0; lines.ReadLine() is { } line; number++)
        {
            vocabulary[line.TrimEnd()] = number;
        }

        known = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        unknown = vocabulary["[UNK]"];
        first = vocabulary["[CLS]"];
        last = vocabulary["[SEP]"];
    }

    /// <summary>The numbers of a text's pieces, between the marks that begin and end it.</summary>
    /// <param name="most">How many there may be, marks included, from 3: the rest of the text is left out.</param>
    public List<int> Of(string text, int most)
    {
        text = text.Length > MostCharacters ? text[..MostCharacters] : text;
        List<int> numbers = [first];
        var word = new StringBuilder();
        foreach (var rune in (Ascii.IsValid(text) ? text : ENSNormalize.NF.NFD(text)).EnumerateRunes())
        {
            if (numbers.Count >= most)
            {
                break;
            }

            if (Rune.IsWhiteSpace(rune))
            {
                End(word, numbers);
            }
            else if (StandsAlone(rune))
            {
                End(word, numbers);
                word.Append(rune.ToString());
                End(word, numbers);
            }
            else if (!IsLeftOut(rune))
            {
                word.Append(Rune.ToLowerInvariant(rune).ToString());
            }
        }

        End(word, numbers);
        if (numbers.Count > most - 1)
        {
            numbers.RemoveRange(most - 1, numbers.Count - most + 1);
        }

        numbers.Add(last);
        return numbers;
    }

    private void End(StringBuilder word, List<int> numbers)
    {
        if (word.Length > 0)
        {
            AddPieces(word.ToString(), numbers);
            word.Clear();
        }
    }

    private void AddPieces(string word, List<int> numbers)
    {
        var before = numbers.Count;
        Span<char> piece = stackalloc char[Inner.Length + LongestWord];
        Inner.CopyTo(piece);
        for (var start = 0; start < word.Length;)
        {
            var (number, end) = word.Length <= LongestWord ? Longest(word, start, piece) : (unknown, start);
            if (end == start)
            {
                // A word that is not made of known pieces is one unknown piece.
                numbers.RemoveRange(before, numbers.Count - before);
                numbers.Add(unknown);
                return;
            }

            numbers.Add(number);
            start = end;
        }
    }

    /// <returns>The longest known piece from there on, and where it ends; <paramref name="start"/> where there is none.</returns>
    private (int Number, int End) Longest(string word, int start, Span<char> piece)
    {
        for (var end = word.Length; end > start; end--)
        {
            var length = end - start;
            word.AsSpan(start, length).CopyTo(piece[Inner.Length..]);
            if (known.TryGetValue(start == 0 ? piece.Slice(Inner.Length, length) : piece[..(Inner.Length + length)], out var number))
            {
                return (number, end);
            }
        }

        return (unknown, start);
    }

    private static bool IsLeftOut(Rune rune) => rune.Value == 0xFFFD || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.NonSpacingMark;

    /// <summary>Signs, and Chinese characters, between which there are no spaces.</summary>
    private static bool StandsAlone(Rune rune) => Rune.IsPunctuation(rune) || IsHan(rune.Value)
        || rune.Value is '$' or '+' or '<' or '=' or '>' or '^' or '`' or '|' or '~';

    private static bool IsHan(int value) => value
        is (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x2CEAF)
        or (>= 0x2F800 and <= 0x2FA1F);
}
