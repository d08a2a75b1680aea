using System.Buffers;
using System.Globalization;
using System.Text;

namespace OrleansRegistry;

/// <summary>Makes text that came from a caller fit for a line of a log.</summary>
internal static class LogText
{
    private const int Longest = 200;

    private static readonly SearchValues<char> Unsafe = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(IsUnsafe)]);

    /// <summary>The text with control characters, line ends and marks that turn the reading direction written as <c>\n</c> or <c>\u0000</c>.</summary>
    public static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny(Unsafe) < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                _ when IsUnsafe(c) => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    /// <summary>As <see cref="Escape"/>, of an id or a path: cut after 200 characters.</summary>
    public static string Id(string text) => Escape(text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…"));

    private static bool IsUnsafe(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is
        UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
