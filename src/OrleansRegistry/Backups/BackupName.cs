using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace OrleansRegistry.Backups;

/// <summary>The name of a backup: when it was begun, to the second, and an id, as two replicas may begin one at once.</summary>
internal static class BackupName
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int TimeLength = 16;
    private const int IdLength = 8;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    public static string New(DateTimeOffset begunAt) =>
        $"{begunAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{RandomNumberGenerator.GetHexString(IdLength, lowercase: true)}";

    /// <summary>When a backup of that name was begun; null where none can have it.</summary>
    public static DateTimeOffset? TimeOf(string name)
    {
        var isName = name.Length == TimeLength + 1 + IdLength
            && name[TimeLength] == '-'
            && !name.AsSpan(TimeLength + 1).ContainsAnyExcept(Hexadecimal);
        return isName && DateTimeOffset.TryParseExact(
            name.AsSpan(0, TimeLength),
            TimeFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var at)
            ? at
            : null;
    }
}
