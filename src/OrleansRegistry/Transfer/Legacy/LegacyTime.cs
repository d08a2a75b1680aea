using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Transfer;

/// <summary>Times as older systems wrote them: with an offset or without one, which is UTC.</summary>
internal static class LegacyTime
{
    /// <summary>To the millisecond; null where there is none.</summary>
    /// <exception cref="JsonException">It is not a time.</exception>
    public static DateTimeOffset? Read(LegacyEntry entry, string name)
    {
        if (!entry.Json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(
            value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time.ToMilliseconds()
            : throw new JsonException($"'{name}' is not a time");
    }
}
