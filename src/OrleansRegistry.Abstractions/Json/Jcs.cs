using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry;

/// <summary>
/// The JSON Canonicalization Scheme: members in the order of their names as UTF-16, strings with the fewest escapes, numbers as ECMAScript writes
/// them.
/// </summary>
/// <remarks>Source: RFC 8785; of numbers, ECMA-262, Number::toString.</remarks>
internal static class Jcs
{
    private const int MaxPlainExponent = 21;
    private const int MinPlainExponent = -6;

    /// <exception cref="FormatException">A number is larger than a double holds.</exception>
    public static ReadOnlyMemory<byte> Write(JsonElement value)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, value);
        return output.WrittenMemory;
    }

    private static void Write(ArrayBufferWriter<byte> output, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(output, value);
                break;
            case JsonValueKind.Array:
                WriteArray(output, value);
                break;
            case JsonValueKind.String:
                WriteText(output, value.GetString()!);
                break;
            case JsonValueKind.Number:
                output.Write(Encoding.ASCII.GetBytes(Number(value.GetDouble())));
                break;
            default:
                output.Write(value.ValueKind switch { JsonValueKind.True => "true"u8, JsonValueKind.False => "false"u8, _ => "null"u8 });
                break;
        }
    }

    private static void WriteObject(ArrayBufferWriter<byte> output, JsonElement value)
    {
        output.Write("{"u8);
        var separator = ""u8;
        foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            output.Write(separator);
            WriteText(output, member.Name);
            output.Write(":"u8);
            Write(output, member.Value);
            separator = ","u8;
        }

        output.Write("}"u8);
    }

    private static void WriteArray(ArrayBufferWriter<byte> output, JsonElement value)
    {
        output.Write("["u8);
        var separator = ""u8;
        foreach (var item in value.EnumerateArray())
        {
            output.Write(separator);
            Write(output, item);
            separator = ","u8;
        }

        output.Write("]"u8);
    }

    private static void WriteText(ArrayBufferWriter<byte> output, string text)
    {
        var escaped = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            escaped = c switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append(@"\\"),
                '\b' => escaped.Append(@"\b"),
                '\t' => escaped.Append(@"\t"),
                '\n' => escaped.Append(@"\n"),
                '\f' => escaped.Append(@"\f"),
                '\r' => escaped.Append(@"\r"),
                < ' ' => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => escaped.Append(c),
            };
        }

        output.Write(Encoding.UTF8.GetBytes(escaped.Append('"').ToString()));
    }

    /// <summary>The shortest digits that give the number back, which .NET finds, in the places that ECMAScript puts them.</summary>
    internal static string Number(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new FormatException("A number is larger than a double holds, and has no canonical form.");
        }

        if (value == 0)
        {
            return "0";
        }

        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        return (value < 0 ? "-" : "") + Place(Digits(shortest), ExponentOf(shortest) + 1);
    }

    /// <summary>The digits that count, without zeros around them.</summary>
    private static string Digits(string number)
    {
        var end = number.IndexOf('E', StringComparison.Ordinal);
        return (end < 0 ? number : number[..end]).Replace(".", "", StringComparison.Ordinal).Trim('0');
    }

    /// <summary>The power of ten of the first digit that counts.</summary>
    private static int ExponentOf(string number)
    {
        var end = number.IndexOf('E', StringComparison.Ordinal);
        var mantissa = end < 0 ? number : number[..end];
        var shift = end < 0 ? 0 : int.Parse(number[(end + 1)..], CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa : mantissa[..point];
        var first = whole.AsSpan().IndexOfAnyExcept('0');
        if (first >= 0)
        {
            return whole.Length - first - 1 + shift;
        }

        return -mantissa.AsSpan(point + 1).IndexOfAnyExcept('0') - 1 + shift;
    }

    /// <param name="point">How many digits stand before the decimal point; less than one where zeros follow it.</param>
    private static string Place(string digits, int point)
    {
        if (digits.Length <= point && point <= MaxPlainExponent)
        {
            return digits.PadRight(point, '0');
        }

        if (point is > 0 and <= MaxPlainExponent)
        {
            return $"{digits[..point]}.{digits[point..]}";
        }

        if (point is > MinPlainExponent and <= 0)
        {
            return $"0.{new string('0', -point)}{digits}";
        }

        var exponent = point - 1;
        var sign = exponent < 0 ? '-' : '+';
        var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{sign}{Math.Abs(exponent)}");
    }
}
