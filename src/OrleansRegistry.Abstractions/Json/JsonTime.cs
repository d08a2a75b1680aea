using System.Buffers.Text;
using System.Text.Json;

namespace OrleansRegistry;

/// <summary>Times as answers show them: UTC to the millisecond, <c>2026-01-31T12:00:00.000Z</c>.</summary>
internal static class JsonTime
{
    public const int Length = 24;

    private const int ToMilliseconds = 23;

    /// <summary>Writes <see cref="Length"/> bytes, without quotes.</summary>
    public static void Write(Span<byte> output, DateTimeOffset time)
    {
        // Only the round-trip format has a fast path; its last digits are cut off.
        Span<byte> full = stackalloc byte[28];
        Utf8Formatter.TryFormat(time.UtcDateTime, full, out _, new('O'));
        full[..ToMilliseconds].CopyTo(output);
        output[ToMilliseconds] = (byte)'Z';
    }

    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[Length];
        Write(text, time);
        json.WriteString(name, text);
    }

    /// <summary>Nothing for null.</summary>
    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json.WriteTime(name, value);
        }
    }
}
