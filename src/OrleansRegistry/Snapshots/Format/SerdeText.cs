using System.Text;

namespace OrleansRegistry.Snapshots;

/// <summary>Text as Rust's serde_json writes it: only what JSON demands is escaped.</summary>
internal static class SerdeText
{
    /// <summary>The most bytes of one character.</summary>
    public const int MaxCharacter = 6;

    /// <returns>How many bytes were written.</returns>
    public static int WriteCharacter(int code, Span<byte> output)
    {
        switch (code)
        {
            case '"' or '\\':
                return Short((byte)code, output);
            case '\b':
                return Short((byte)'b', output);
            case '\f':
                return Short((byte)'f', output);
            case '\n':
                return Short((byte)'n', output);
            case '\r':
                return Short((byte)'r', output);
            case '\t':
                return Short((byte)'t', output);
            case < 0x20:
                "\\u00"u8.CopyTo(output);
                output[4] = (byte)('0' + (code >> 4));
                output[5] = "0123456789abcdef"u8[code & 0xF];
                return MaxCharacter;
            default:
                return new Rune(code).EncodeToUtf8(output);
        }
    }

    /// <summary>A text in quotes.</summary>
    public static void Write(Stream output, string text)
    {
        Span<byte> character = stackalloc byte[MaxCharacter];
        output.WriteByte((byte)'"');
        foreach (var rune in text.EnumerateRunes())
        {
            output.Write(character[..WriteCharacter(rune.Value, character)]);
        }

        output.WriteByte((byte)'"');
    }

    private static int Short(byte escaped, Span<byte> output)
    {
        output[0] = (byte)'\\';
        output[1] = escaped;
        return 2;
    }
}
