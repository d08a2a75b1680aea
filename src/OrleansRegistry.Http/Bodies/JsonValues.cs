using System.Buffers.Text;
using System.Text.Json;

namespace OrleansRegistry.Http;

/// <summary>Single JSON values, read from the slice of a body that they are.</summary>
internal static class JsonValues
{
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <exception cref="RegistryException">The value is not a string, or not valid Unicode.</exception>
    public static string Text(ReadOnlyMemory<byte> json, string field)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            throw RegistryException.Invalid(field, $"must be a string, not {Describe(reader.TokenType)}");
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw RegistryException.Invalid(field, "is not valid Unicode text");
        }
    }

    /// <exception cref="RegistryException">The value is not a boolean.</exception>
    public static bool Boolean(JsonTokenType type, string field) => type switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw RegistryException.Invalid(field, $"must be true or false, not {Describe(type)}"),
    };

    /// <exception cref="RegistryException">The value is not an integer from <paramref name="min"/> to <paramref name="max"/>.</exception>
    public static int Integer(ReadOnlyMemory<byte> json, string field, int min, int max) => Whole(json) is { } value && value >= min && value <= max
        ? (int)value
        : throw RegistryException.Invalid(field, $"must be an integer from {min:N0} to {max:N0}");

    /// <exception cref="RegistryException">The value is not an integer from <paramref name="min"/> to that of 64 bits.</exception>
    public static long Number(ReadOnlyMemory<byte> json, string field, long min) => Whole(json) is { } value && value >= min
        ? value
        : throw RegistryException.Invalid(field, $"must be an integer from {min:N0}");

    /// <summary>
    /// An integer, as ProtoJSON may write it too: <c>60.0</c>, <c>6e1</c>, or <c>"60"</c>, which is how it writes 64 bits. Null: none of these.
    /// </summary>
    public static long? Whole(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (reader.TryGetInt64(out var plain))
            {
                return plain;
            }

            var isWhole = reader.TryGetDecimal(out var exact) && exact == decimal.Truncate(exact) && exact is >= long.MinValue and <= long.MaxValue;
            return isWhole ? (long)exact : null;
        }

        if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped)
        {
            return null;
        }

        var text = reader.ValueSpan;
        return Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length && text[0] != (byte)'+' ? value : null;
    }

    /// <summary>The entries of an array, as slices of <paramref name="json"/> that are not parsed further.</summary>
    /// <param name="most">Further ones are not read.</param>
    /// <exception cref="RegistryException">It is not an array.</exception>
    public static List<ReadOnlyMemory<byte>> Entries(ReadOnlyMemory<byte> json, string field, int most = int.MaxValue)
    {
        var reader = new Utf8JsonReader(json.Span, AnyDepth);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw RegistryException.Invalid(field, $"must be an array, not {Describe(reader.TokenType)}");
            }

            var entries = new List<ReadOnlyMemory<byte>>();
            while (entries.Count < most && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                entries.Add(json[start..(int)reader.BytesConsumed]);
            }

            // Past the end: nothing but white space may follow.
            reader.Read();
            return entries;
        }
        catch (JsonException fault)
        {
            throw NotJson(field, fault);
        }
    }

    /// <exception cref="RegistryException">The value is not an array of strings.</exception>
    public static IReadOnlyList<string> Texts(ReadOnlyMemory<byte> json, string field)
    {
        using var document = JsonInput.Parse(json, field);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw RegistryException.Invalid(field, $"must be an array of strings, not {JsonInput.Describe(document.RootElement)}");
        }

        var texts = new List<string>(document.RootElement.GetArrayLength());
        foreach (var item in document.RootElement.EnumerateArray())
        {
            texts.Add(item.ValueKind == JsonValueKind.String
                ? item.GetString()!
                : throw RegistryException.Invalid($"{field}[{texts.Count}]", $"must be a string, not {JsonInput.Describe(item)}"));
        }

        return texts;
    }

    public static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };

    public static RegistryException NotJson(string what, JsonException fault) =>
        new(RegistryError.Invalid, $"{what}: is not valid JSON: {fault.Message}", what, fault);
}
