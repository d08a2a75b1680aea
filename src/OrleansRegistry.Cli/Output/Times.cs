using System.Globalization;

namespace OrleansRegistry.Cli;

/// <summary>Times as people read them; all are UTC.</summary>
internal static class Times
{
    private const string Second = "yyyy-MM-dd HH:mm:ss";

    /// <summary><c>2026-11-28 18:19:04</c>.</summary>
    public static string Short(string? time) =>
        DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? Short(at)
            : PlainText.Of(time);

    public static string Short(DateTimeOffset time) => time.UtcDateTime.ToString(Second, CultureInfo.InvariantCulture);

    public static string Now(TimeProvider time) => Short(time.GetUtcNow());
}
