using System.Buffers.Text;
using System.Globalization;

namespace OrleansRegistry.Snapshots;

/// <summary>
/// A number as Persist, which uses Rust's serde_json, reads it and writes it again. Whole numbers of 64 bits keep their digits; all others become
/// floats, spelled with the fewest digits that give the same float.
/// </summary>
/// <remarks>
/// serde_json reads a float by one multiplication or division with a power of ten, which is not always the nearest float: of numbers with 16 digits
/// and more, one in nine is off by the last bit. <see cref="Read"/> is what serde_json makes of the text and goes into the content hash;
/// <see cref="Value"/> is the number itself.
/// </remarks>
internal readonly record struct SerdeNumber(bool IsWhole, double Value, double Read)
{
    /// <summary>The longest number that is read, in bytes.</summary>
    public const int MaxLength = 1024;

    /// <summary>The longest spelling of a float.</summary>
    public const int MaxFloatLength = 32;

    /// <summary>Whether serde_json would write another number than the one that it was given.</summary>
    public bool IsInexact => !IsWhole && BitConverter.DoubleToInt64Bits(Value) != BitConverter.DoubleToInt64Bits(Read);

    /// <returns>Null where the text is no number of JSON, or is larger than a float can be.</returns>
    public static SerdeNumber? Parse(ReadOnlySpan<byte> text)
    {
        var scan = new SerdeDigits(text);
        if (!scan.Run())
        {
            return null;
        }

        if (scan.IsWhole)
        {
            return new SerdeNumber(true, 0, 0);
        }

        var read = scan.Approximate();
        if (scan.IsExact)
        {
            return new SerdeNumber(false, read, read);
        }

        if (!Utf8Parser.TryParse(text, out double value, out var consumed) || consumed != text.Length || !double.IsFinite(value))
        {
            return null;
        }

        return new SerdeNumber(false, value, double.IsFinite(read) ? read : value);
    }

    /// <summary>Writes a float as serde_json does: <c>1.0</c>, <c>0.00001</c>, <c>1e16</c>, <c>1.5e-7</c>.</summary>
    /// <returns>How many bytes were written.</returns>
    public static int Write(double value, Span<byte> output)
    {
        Span<byte> shortest = stackalloc byte[MaxFloatLength];
        value.TryFormat(shortest, out var length, default, CultureInfo.InvariantCulture);
        Span<byte> digits = stackalloc byte[MaxFloatLength];
        var count = 0;
        var point = 0;
        var seenPoint = false;
        var at = 0;
        var written = 0;
        if (shortest[0] == '-')
        {
            output[written++] = (byte)'-';
            at++;
        }

        for (; at < length && shortest[at] != 'E'; at++)
        {
            if (shortest[at] == '.')
            {
                seenPoint = true;
                continue;
            }

            point += seenPoint ? 0 : 1;
            if (count > 0 || shortest[at] != '0')
            {
                digits[count++] = shortest[at];
            }
            else
            {
                point--;
            }
        }

        if (at < length && Utf8Parser.TryParse(shortest[(at + 1)..length], out int power, out _))
        {
            point += power;
        }

        while (count > 0 && digits[count - 1] == '0')
        {
            count--;
        }

        return written + (count == 0 ? Copy("0.0"u8, output[written..]) : Place(digits[..count], point, output[written..]));
    }

    /// <param name="point">How many digits stand before the point; below 0: how many zeros follow it before the digits.</param>
    private static int Place(ReadOnlySpan<byte> digits, int point, Span<byte> output)
    {
        if (point is > 0 and <= 16)
        {
            if (point >= digits.Length)
            {
                digits.CopyTo(output);
                output[digits.Length..point].Fill((byte)'0');
                return point + Copy(".0"u8, output[point..]);
            }

            digits[..point].CopyTo(output);
            output[point] = (byte)'.';
            digits[point..].CopyTo(output[(point + 1)..]);
            return digits.Length + 1;
        }

        if (point is > -5 and <= 0)
        {
            var zeros = 2 - point;
            Copy("0."u8, output);
            output[2..zeros].Fill((byte)'0');
            digits.CopyTo(output[zeros..]);
            return zeros + digits.Length;
        }

        output[0] = digits[0];
        var length = 1;
        if (digits.Length > 1)
        {
            output[length++] = (byte)'.';
            digits[1..].CopyTo(output[length..]);
            length += digits.Length - 1;
        }

        output[length++] = (byte)'e';
        Utf8Formatter.TryFormat(point - 1, output[length..], out var exponent);
        return length + exponent;
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> output)
    {
        text.CopyTo(output);
        return text.Length;
    }
}
