using System.Globalization;

namespace OrleansRegistry.Http;

/// <summary>Times as requests write them: RFC 3339, with any number of digits and letters of either case; without an offset it is UTC.</summary>
internal static class TimeText
{
    public const string Example = "2026-01-31T12:00:00.000Z";

    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    private const int MostFraction = 7;

    /// <summary>The time in UTC; null where the text is not a time.</summary>
    public static DateTimeOffset? TryParse(string text)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParseExact(Plain(text), Forms, CultureInfo.InvariantCulture, Utc, out var time) ? time : null;
    }

    /// <summary>With capital letters, and no digits beyond those that a time of this machine has (100 ns): RFC 3339 allows both.</summary>
    private static string Plain(string text)
    {
        text = text.ToUpperInvariant();
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var end = dot + 1;
        while (dot >= 0 && end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return dot >= 0 && end - dot - 1 > MostFraction ? text.Remove(dot + 1 + MostFraction, end - dot - 1 - MostFraction) : text;
    }
}
