using System.Buffers;
using System.Globalization;
using System.Text;

namespace OrleansRegistry;

/// <summary>Escapes text from callers for a log line.</summary>
internal static class LogText
{
    private const int Longest = 200;

    private static readonly SearchValues<char> Unsafe = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(IsUnsafe)]);

    /// <summary>Escapes control characters, line ends and bidirectional marks as <c>\n</c> or <c>\u0000</c>.</summary>
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

    /// <summary>As <see cref="Escape"/>, for an id or a path, which is truncated to 200 characters.</summary>
    public static string Id(string text) => Escape(text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…"));

    private static bool IsUnsafe(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is
        UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
