using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace OrleansRegistry;

/// <summary>
/// Reads JSON that came from outside, strictly: one document, valid UTF-8, no comments, no duplicate members, no lone
/// surrogates, at most <see cref="MaxDepth"/> levels deep, at most <see cref="MaxMembers"/> members an object.
/// </summary>
internal static class JsonInput
{
    /// <summary>How many levels objects and arrays may nest.</summary>
    public const int MaxDepth = 64;

    /// <summary>How many members one object may have.</summary>
    public const int MaxMembers = 10_000;

    /// <summary>The shortest member is <c>"":0,</c>: what is shorter than this holds no object with too many.</summary>
    private const int ShortestWithTooMany = MaxMembers * 5;

    /// <summary>For what the registry wrote itself, around documents of that depth.</summary>
    public static JsonDocumentOptions Stored { get; } = new() { MaxDepth = MaxDepth + 16 };

    /// <inheritdoc cref="Stored"/>
    public static JsonReaderOptions StoredReader { get; } = new() { MaxDepth = MaxDepth + 16 };

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Parses <paramref name="utf8"/>, which must not change while the result is in use. Dispose the result.</summary>
    /// <param name="what">How to call the input in an error: <c>body</c>, <c>agent_card</c>.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: what is wrong, and on which line. <see cref="RegistryError.TooLarge"/>: an object has too many members.
    /// </exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, string what)
    {
        if (!Utf8.IsValid(utf8.Span))
        {
            throw RegistryException.Invalid(what, "is not valid UTF-8");
        }

        try
        {
            if (utf8.Length > ShortestWithTooMany && HasTooManyMembers(utf8.Span))
            {
                throw TooManyMembers(what);
            }

            // First, as the parser's own look for duplicate members trips over such a name.
            return HasLoneSurrogate(utf8.Span)
                ? throw RegistryException.Invalid(what, "a string holds half of a surrogate pair (\\uD800 to \\uDFFF), which is no character")
                : JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException fault)
        {
            throw new RegistryException(RegistryError.Invalid, $"{what}: is not valid JSON: {fault.Message}", what, fault);
        }
    }

    /// <summary>The bytes of <paramref name="element"/> as they were sent, copied.</summary>
    public static RawJson Copy(JsonElement element) => RawJson.FromValid(JsonMarshal.GetRawUtf8Value(element));

    /// <summary>What a value is, for an error message: <c>a number</c>, <c>null</c>.</summary>
    public static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Null => "null",
        _ => "nothing",
    };

    internal static RegistryException TooManyMembers(string field) => new(
        RegistryError.TooLarge, $"{field}: an object in it has more than {MaxMembers:N0} members, "
            + "the most that this registry takes; make them fewer, or an array", field);

    /// <exception cref="JsonException">It is not JSON, or too deep.</exception>
    private static bool HasTooManyMembers(ReadOnlySpan<byte> json)
    {
        Span<int> members = stackalloc int[MaxDepth + 1];
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                members[reader.CurrentDepth] = 0;
            }
            else if (reader.TokenType == JsonTokenType.PropertyName && ++members[reader.CurrentDepth - 1] > MaxMembers)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasLoneSurrogate(ReadOnlySpan<byte> json)
    {
        // Raw bytes are valid UTF-8 by now, so only an escape can spell half a pair.
        if (json.IndexOf("\\u"u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && !IsText(ref reader))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsText(ref Utf8JsonReader reader)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            reader.CopyString(buffer);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
