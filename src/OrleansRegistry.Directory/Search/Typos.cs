namespace OrleansRegistry.Directory;

/// <summary>Takes a word that differs by one typo from another. It is valid during the call.</summary>
internal delegate void TypoAction<in T>(T state, ReadOnlySpan<char> word);

/// <summary>
/// Words that differ by one typo behind their first letter: one letter more, less, or another, or two in the other order. They are made, and not looked
/// for: there are a thousand of them, however many words an index has.
/// </summary>
internal static class Typos
{
    /// <summary>Calls <paramref name="take"/> for each such word; for some more than once.</summary>
    /// <param name="letters">Those that may be more or others.</param>
    public static void Visit<T>(string word, ReadOnlySpan<char> letters, T state, TypoAction<T> take)
    {
        Span<char> buffer = stackalloc char[word.Length + 1];
        for (var at = 1; at <= word.Length; at++)
        {
            Insert(word, at, letters, buffer, state, take);
        }

        var same = buffer[..word.Length];
        for (var at = 1; at < word.Length; at++)
        {
            Exchange(word, at, letters, same, state, take);
            Swap(word, at, same, state, take);
            Drop(word, at, buffer[..(word.Length - 1)], state, take);
        }
    }

    private static void Insert<T>(string word, int at, ReadOnlySpan<char> letters, Span<char> buffer, T state, TypoAction<T> take)
    {
        word.AsSpan(0, at).CopyTo(buffer);
        word.AsSpan(at).CopyTo(buffer[(at + 1)..]);
        foreach (var letter in letters)
        {
            buffer[at] = letter;
            take(state, buffer);
        }
    }

    private static void Exchange<T>(string word, int at, ReadOnlySpan<char> letters, Span<char> buffer, T state, TypoAction<T> take)
    {
        word.CopyTo(buffer);
        foreach (var letter in letters)
        {
            if (letter != word[at])
            {
                buffer[at] = letter;
                take(state, buffer);
            }
        }
    }

    private static void Swap<T>(string word, int at, Span<char> buffer, T state, TypoAction<T> take)
    {
        if (at + 1 < word.Length && word[at] != word[at + 1])
        {
            word.CopyTo(buffer);
            (buffer[at], buffer[at + 1]) = (buffer[at + 1], buffer[at]);
            take(state, buffer);
        }
    }

    private static void Drop<T>(string word, int at, Span<char> buffer, T state, TypoAction<T> take)
    {
        word.AsSpan(0, at).CopyTo(buffer);
        word.AsSpan(at + 1).CopyTo(buffer[at..]);
        take(state, buffer);
    }
}
