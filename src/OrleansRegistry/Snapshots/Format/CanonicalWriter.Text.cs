using System.Globalization;
using System.Text;

namespace OrleansRegistry.Snapshots;

/// <summary>Texts and names, which may be longer than a piece.</summary>
internal sealed partial class CanonicalWriter
{
    private int StepText(ReadOnlySpan<byte> json)
    {
        var run = json.IndexOfAny(EndsRun);
        run = run < 0 ? json.Length : run;
        if (run > 0)
        {
            Append(json[..run]);
            return run;
        }

        switch (json[0])
        {
            case (byte)'"':
                output.Write((byte)'"');
                EndText();
                return 1;
            case (byte)'\\':
                expect = Expect.Escape;
                return 1;
            default:
                throw Invalid($"has the control character U+{json[0]:X4} in a text at byte {position:N0}; it is written \\u{json[0]:x4}");
        }
    }

    private int StepEscape(byte escaped)
    {
        expect = Expect.Text;
        switch (escaped)
        {
            case (byte)'u':
                tokenUsed = 0;
                expect = Expect.Hex;
                break;
            case (byte)'"' or (byte)'\\' or (byte)'/':
                AppendCharacter(escaped);
                break;
            case (byte)'b':
                AppendCharacter('\b');
                break;
            case (byte)'f':
                AppendCharacter('\f');
                break;
            case (byte)'n':
                AppendCharacter('\n');
                break;
            case (byte)'r':
                AppendCharacter('\r');
                break;
            case (byte)'t':
                AppendCharacter('\t');
                break;
            default:
                throw Unexpected(escaped, "one of \"\\/bfnrtu after a backslash");
        }

        return 1;
    }

    private int StepHex(byte digit)
    {
        if (!char.IsAsciiHexDigit((char)digit))
        {
            throw Unexpected(digit, "four hexadecimal digits after \\u");
        }

        token[tokenUsed++] = digit;
        if (tokenUsed < 4)
        {
            return 1;
        }

        var code = int.Parse(token.AsSpan(0, 4), NumberStyles.AllowHexSpecifier);
        if (highSurrogate != 0)
        {
            code = char.IsLowSurrogate((char)code) ? char.ConvertToUtf32((char)highSurrogate, (char)code) : throw LoneSurrogate();
            highSurrogate = 0;
        }
        else if (char.IsHighSurrogate((char)code))
        {
            highSurrogate = code;
            expect = Expect.LowSurrogate;
            return 1;
        }
        else if (char.IsLowSurrogate((char)code))
        {
            throw LoneSurrogate();
        }

        expect = Expect.Text;
        AppendCharacter(code);
        return 1;
    }

    private void EndText()
    {
        if (!inName)
        {
            EndValue();
            return;
        }

        open.EndName();
        expect = Expect.Colon;
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        output.Write(text);
        if (inName)
        {
            open.AppendName(text);
        }
    }

    /// <summary>A character that was escaped.</summary>
    private void AppendCharacter(int code)
    {
        Span<byte> written = stackalloc byte[SerdeText.MaxCharacter];
        output.Write(written[..SerdeText.WriteCharacter(code, written)]);
        if (inName)
        {
            open.AppendName(written[..new Rune(code).EncodeToUtf8(written)]);
        }
    }

    private RegistryException LoneSurrogate() =>
        Invalid($"has half of a surrogate pair (\\uD800 to \\uDFFF), which is no character, at byte {position:N0}");
}
