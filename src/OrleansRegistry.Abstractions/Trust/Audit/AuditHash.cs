using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry;

/// <summary>
/// The hash of an entry: SHA-256 of its JSON without <c>hash</c>, in the canonical form of RFC 8785 (members in the order of their names, no white
/// space, UTF-8). Members are strings, whole numbers and <c>true</c>; what an entry has not is not there.
/// </summary>
public static class AuditHash
{
    /// <summary>How a time is written: the same digits always, so that the bytes are the same.</summary>
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    /// <summary>The hash that the entry must have, in hex.</summary>
    public static string Of(AuditEntry entry)
    {
        var bytes = buffer ??= new ArrayBufferWriter<byte>(512);
        bytes.ResetWrittenCount();
        Write(bytes, entry);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.WrittenSpan, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>The bytes that are hashed, as text.</summary>
    public static string CanonicalOf(AuditEntry entry)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        Write(bytes, entry);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>A time as entries have it.</summary>
    internal static string TimeOf(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static void Write(ArrayBufferWriter<byte> bytes, AuditEntry entry)
    {
        bytes.Write("{"u8);
        Text(bytes, "\"action\":"u8, entry.Action);
        Text(bytes, ",\"address\":"u8, entry.Address);
        Text(bytes, ",\"credential\":"u8, entry.Credential);
        if (entry.Late)
        {
            bytes.Write(",\"late\":true"u8);
        }

        Text(bytes, ",\"object\":"u8, entry.Object);
        Text(bytes, ",\"outcome\":"u8, entry.Outcome);
        Text(bytes, ",\"previous\":"u8, entry.Previous);
        Number(bytes, ",\"sequence\":"u8, entry.Sequence);
        if (entry.Skipped > 0)
        {
            Number(bytes, ",\"skipped\":"u8, entry.Skipped);
        }

        Text(bytes, ",\"subject\":"u8, entry.Subject);
        Text(bytes, ",\"tenant\":"u8, entry.Tenant);
        Text(bytes, ",\"time\":"u8, TimeOf(entry.Time));
        Text(bytes, ",\"trace\":"u8, entry.Trace);
        bytes.Write("}"u8);
    }

    private static void Number(ArrayBufferWriter<byte> bytes, ReadOnlySpan<byte> name, long value)
    {
        bytes.Write(name);
        value.TryFormat(bytes.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
        bytes.Advance(written);
    }

    private static void Text(ArrayBufferWriter<byte> bytes, ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
        {
            return;
        }

        bytes.Write(name);
        bytes.Write("\""u8);
        var rest = value.AsSpan();
        while (rest.IndexOfAny(Escaped) is var at and >= 0)
        {
            Plain(bytes, rest[..at]);
            Escape(bytes, rest[at]);
            rest = rest[(at + 1)..];
        }

        Plain(bytes, rest);
        bytes.Write("\""u8);
    }

    private static readonly SearchValues<char> Escaped =
        SearchValues.Create(string.Concat(Enumerable.Range(0, 0x20).Select(code => (char)code)) + "\"\\");

    private static void Plain(ArrayBufferWriter<byte> bytes, ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, bytes);

    private static void Escape(ArrayBufferWriter<byte> bytes, char character)
    {
        bytes.Write(character switch
        {
            '"' => "\\\""u8,
            '\\' => "\\\\"u8,
            '\b' => "\\b"u8,
            '\t' => "\\t"u8,
            '\n' => "\\n"u8,
            '\f' => "\\f"u8,
            '\r' => "\\r"u8,
            _ => Encoding.ASCII.GetBytes(FormattableString.Invariant($"\\u{(int)character:x4}")),
        });
    }
}
