using System.Buffers;
using ADRaffy.ENSNormalize;

namespace OrleansRegistry.Directory;

/// <summary>Takes one token.</summary>
/// <param name="range">What of the text it was made of.</param>
internal delegate void TokenAction<in T>(T state, ReadOnlySpan<char> token, TextRange range);

/// <summary>
/// Cuts text into the tokens that ranked search compares: words in lower case, without accents and common endings; of Chinese, Japanese and Korean
/// text, which has no words to be seen, each two characters that follow one another.
/// </summary>
internal static class TextTokens
{
    private static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouy");

    /// <summary>What is longer is cut.</summary>
    private const int MaxLength = 48;

    /// <summary>Shorter words keep their endings.</summary>
    private const int ShortestStemmed = 4;

    /// <summary>Calls <paramref name="take"/> for each token, in their order. Tokens are valid during the call.</summary>
    /// <param name="stems">False: words keep their endings.</param>
    public static void Read<T>(string text, T state, TokenAction<T> take, bool stems = true)
    {
        var buffer = ArrayPool<char>.Shared.Rent(4 * MaxLength);
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[i]))
            {
                i++;
                continue;
            }

            var start = i;
            if (IsCharacter(text[i]))
            {
                for (; i < text.Length && IsCharacter(text[i]); i++)
                {
                }

                ReadCharacters(text.AsSpan(start, i - start), start, state, take);
                continue;
            }

            for (; i < text.Length && IsOfWord(text, i); i++)
            {
            }

            ReadWord(text.AsSpan(start, i - start), start, buffer, state, take, stems);
        }

        ArrayPool<char>.Shared.Return(buffer);
    }

    /// <summary>The tokens of a text.</summary>
    public static List<string> Of(string text, bool stems = true)
    {
        var tokens = new List<string>();
        Read(text, tokens, static (tokens, token, _) => tokens.Add(token.ToString()), stems);
        return tokens;
    }

    /// <summary>Text as exact names are compared: words alone, without accents, one space between.</summary>
    public static string Plain(string text) => string.Join(' ', Of(text, stems: false));

    /// <summary>A word without what English puts behind it; in other languages, it is cut alike in cards and queries.</summary>
    public static ReadOnlySpan<char> Stem(ReadOnlySpan<char> word)
    {
        if (word.Length < ShortestStemmed || word.ContainsAnyInRange('0', '9') || !System.Text.Ascii.IsValid(word))
        {
            return word;
        }

        if (word.EndsWith("s") && !word.EndsWith("ss") && !word.EndsWith("us") && !word.EndsWith("is"))
        {
            word = word.EndsWith("sses") || word.EndsWith("shes") || word.EndsWith("ches") || word.EndsWith("xes") ? word[..^2] : word[..^1];
            word = word.EndsWith("ie") && word.Length > ShortestStemmed ? word[..^1] : word;
        }

        if (word.EndsWith("ing") && HasVowel(word[..^3]) && word.Length > 5)
        {
            word = Single(word[..^3]);
        }
        else if (word.EndsWith("ed") && HasVowel(word[..^2]) && word.Length > ShortestStemmed)
        {
            word = Single(word[..^2]);
        }

        if (word.Length > 3 && (word[^1] == 'e' || (word[^1] is 'y' or 'i' && !IsVowel(word[^2]))))
        {
            word = word[..^1];
        }

        return word;
    }

    private static ReadOnlySpan<char> Single(ReadOnlySpan<char> word) =>
        word.Length > 3 && word[^1] == word[^2] && word[^1] is not ('l' or 's' or 'z') ? word[..^1] : word;

    private static bool HasVowel(ReadOnlySpan<char> word) => word.ContainsAny(Vowels);

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u';

    private static void ReadCharacters<T>(ReadOnlySpan<char> run, int at, T state, TokenAction<T> take)
    {
        if (run.Length == 1)
        {
            take(state, run, new TextRange(at, 1));
        }

        for (var i = 0; i + 1 < run.Length; i++)
        {
            take(state, run.Slice(i, 2), new TextRange(at + i, 2));
        }
    }

    private static void ReadWord<T>(ReadOnlySpan<char> word, int at, char[] buffer, T state, TokenAction<T> take, bool stems)
    {
        Take(word, at, buffer, state, take, stems);
        if (!stems)
        {
            return;
        }

        // weatherAgent and HTTPServer are found by their words too.
        var start = 0;
        for (var i = 1; i < word.Length; i++)
        {
            if (char.IsUpper(word[i]) && (char.IsLower(word[i - 1]) || (i + 1 < word.Length && char.IsLower(word[i + 1]))))
            {
                Take(word[start..i], at + start, buffer, state, take, stems);
                start = i;
            }
        }

        if (start > 0)
        {
            Take(word[start..], at + start, buffer, state, take, stems);
        }
    }

    private static void Take<T>(ReadOnlySpan<char> word, int at, char[] buffer, T state, TokenAction<T> take, bool stems)
    {
        var folded = Fold(word[..Math.Min(word.Length, MaxLength)], buffer);
        if (folded.Length > 0)
        {
            take(state, stems ? Stem(folded) : folded, new TextRange(at, word.Length));
        }
    }

    private static ReadOnlySpan<char> Fold(ReadOnlySpan<char> word, char[] buffer)
    {
        if (System.Text.Ascii.IsValid(word))
        {
            System.Text.Ascii.ToLower(word, buffer, out var written);
            return buffer.AsSpan(0, written);
        }

        var length = 0;
        foreach (var c in ENSNormalize.NF.NFD(word.ToString()))
        {
            if (length + 2 > buffer.Length)
            {
                break;
            }

            var lower = char.ToLowerInvariant(c);
            switch (lower)
            {
                case 'ß':
                    buffer[length++] = 's';
                    buffer[length++] = 's';
                    break;
                case 'æ':
                    buffer[length++] = 'a';
                    buffer[length++] = 'e';
                    break;
                case 'œ':
                    buffer[length++] = 'o';
                    buffer[length++] = 'e';
                    break;
                case 'ø':
                    buffer[length++] = 'o';
                    break;
                case 'ł':
                    buffer[length++] = 'l';
                    break;
                default:
                    if (char.IsLetterOrDigit(lower))
                    {
                        buffer[length++] = lower;
                    }

                    break;
            }
        }

        return buffer.AsSpan(0, length);
    }

    /// <summary>Of Han, kana and Hangul.</summary>
    public static bool IsCharacter(char c) => c
        is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u4DBF') or (>= '\u4E00' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7A3')
        or (>= '\uF900' and <= '\uFAFF');

    /// <summary>Letters and digits, and accents that follow them.</summary>
    private static bool IsOfWord(string text, int at) => !IsCharacter(text[at]) && (char.IsLetterOrDigit(text[at])
        || char.GetUnicodeCategory(text[at]) is System.Globalization.UnicodeCategory.NonSpacingMark);
}
