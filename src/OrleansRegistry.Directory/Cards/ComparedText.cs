using ADRaffy.ENSNormalize;

namespace OrleansRegistry.Directory;

/// <summary>
/// Text as searches and filters compare it: composed (Unicode's NFC), so that é is found whether it was typed as one character or as e with an
/// accent. What is stored keeps its bytes, and ids are compared as they are.
/// </summary>
/// <remarks>.NET composes nothing without ICU, which the registry does not ask a machine to have.</remarks>
internal static class ComparedText
{
    public static string Of(string text) => IsComposed(text) ? text : ENSNormalize.NF.NFC(text);

    /// <summary>Each text, composed, and of those that are then the same the first; the list itself where that changes nothing.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> texts)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            if (!IsComposed(texts[i]))
            {
                return [.. texts.Select(Of).Distinct(StringComparer.Ordinal)];
            }
        }

        return texts;
    }

    /// <summary>A quick look, which most texts pass: none of these characters is ever composed with another or decomposed.</summary>
    internal static bool IsComposed(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c >= '\u0300' && !IsLetter(c) && !IsSymbol(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Cyrillic, kana, Chinese characters, Hangul syllables.</summary>
    private static bool IsLetter(char c) => c
        is (>= '\u0400' and <= '\u0481') or (>= '\u3041' and <= '\u3096') or (>= '\u30A0' and <= '\u30FF')
        or (>= '\u4E00' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7A3');

    /// <summary>Punctuation, and emoji with what selects their look; of a surrogate pair the first half decides.</summary>
    private static bool IsSymbol(char c) => char.IsLowSurrogate(c) || c
        is (>= '\u2002' and <= '\u20CF') or (>= '\u3000' and <= '\u3029') or (>= '\uFE00' and <= '\uFE0F')
        or (>= '\uD83C' and <= '\uD83E');
}
