using System.Text;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// libpq's <c>host=… password='it''s'</c>: blanks between the pairs, values with blanks in single quotes, a backslash before a quote or a backslash.
/// </summary>
internal static class LibpqPairs
{
    /// <summary>The pairs in their order; null when the text is not in this format, but may be Npgsql's pairs, separated by ';'.</summary>
    public static IReadOnlyList<(string Name, string Value)>? TryParse(string text)
    {
        var pairs = new List<(string Name, string Value)>();
        var allKnown = true;
        for (var at = SkipBlanks(text, 0); at < text.Length; at = SkipBlanks(text, at))
        {
            var equals = text.IndexOf('=', at);
            var name = equals < 0 ? "" : text[at..equals].Trim();
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetter(c) || c == '_'))
            {
                return null;
            }

            at = SkipBlanks(text, equals + 1);
            if (ReadValue(text, ref at) is not { } value)
            {
                return null;
            }

            allKnown &= LibpqParameters.IsKnown(name.ToLowerInvariant());
            pairs.Add((name, value));
        }

        return pairs.Count > 0 && (allKnown || (pairs.Count > 1 && !text.Contains(';'))) ? pairs : null;
    }

    private static string? ReadValue(string text, ref int at)
    {
        var isQuoted = at < text.Length && text[at] == '\'';
        var value = new StringBuilder();
        for (at += isQuoted ? 1 : 0; at < text.Length; at++)
        {
            var c = text[at];
            if (isQuoted ? c == '\'' : char.IsWhiteSpace(c))
            {
                at++;
                return Value();
            }

            if (c == '\\' && ++at == text.Length)
            {
                return null;
            }

            value.Append(text[at]);
        }

        return isQuoted ? null : Value();

        // What ends with a ';', or has another pair behind one, is Npgsql's.
        string? Value()
        {
            var read = value.ToString();
            var semicolon = isQuoted ? -1 : read.IndexOf(';', StringComparison.Ordinal);
            return semicolon >= 0 && (semicolon == read.Length - 1 || read.IndexOf('=', semicolon) > 0) ? null : read;
        }
    }

    private static int SkipBlanks(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }
}
