using System.Text.Json;
using System.Text.Unicode;

namespace OrleansRegistry.Http;

/// <summary>
/// Walks the members of the one JSON object that a buffer holds, and gives each value as the slice of the buffer that it is.
/// Values are not looked into, so that their reader can say what is wrong with them.
/// </summary>
internal ref struct JsonMembers
{
    // What is inside a member is its reader's affair, so its depth is too.
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    // Two quotes.
    private const int EmptyString = 2;

    private readonly ReadOnlyMemory<byte> json;
    private readonly string what;
    private Utf8JsonReader reader;
    private Utf8JsonReader name;

    /// <param name="what">How to call the object in an error: <c>body</c>.</param>
    /// <exception cref="RegistryException">It is not an object.</exception>
    public JsonMembers(ReadOnlyMemory<byte> json, string what)
    {
        this.json = json;
        this.what = what;
        reader = new Utf8JsonReader(json.Span, AnyDepth);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                var found = JsonValues.Describe(reader.TokenType);
                SkipToEnd();
                throw RegistryException.Invalid(what, $"must be a JSON object, not {found}");
            }
        }
        catch (JsonException fault)
        {
            throw JsonValues.NotJson(what, fault);
        }
    }

    /// <summary>The value of the member that <see cref="Next"/> came to.</summary>
    public ReadOnlyMemory<byte> Value { get; private set; }

    public JsonTokenType ValueType { get; private set; }

    /// <summary>Whether the object has a member of this name. Nothing else is checked.</summary>
    /// <exception cref="RegistryException">It is not an object.</exception>
    public static bool Has(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> name, string what)
    {
        var members = new JsonMembers(json, what);
        while (members.Next())
        {
            if (members.NameIs(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Null and the empty string count as absent.</summary>
    public static bool IsAbsentValue(JsonTokenType type, ReadOnlyMemory<byte> value) =>
        type is JsonTokenType.None or JsonTokenType.Null || (type == JsonTokenType.String && value.Length == EmptyString);

    public readonly string Name => name.GetString()!;

    public readonly bool NameIs(ReadOnlySpan<byte> utf8) => name.ValueTextEquals(utf8);

    /// <summary>Goes to the next member. False at the end, when nothing but white space follows.</summary>
    /// <exception cref="RegistryException">The rest of the buffer is not JSON, or the member's name is not valid Unicode.</exception>
    public bool Next()
    {
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                SkipToEnd();
                return false;
            }

            name = reader;
            CheckName();
            reader.Read();
            ValueType = reader.TokenType;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            Value = json[start..(int)reader.BytesConsumed];
            return true;
        }
        catch (JsonException fault)
        {
            throw JsonValues.NotJson(what, fault);
        }
    }

    /// <summary>Bytes can be no UTF-8, and an escape can spell half a surrogate pair: any later look at the name would trip over it.</summary>
    private readonly void CheckName()
    {
        if (!name.ValueIsEscaped && Utf8.IsValid(name.ValueSpan))
        {
            return;
        }

        try
        {
            _ = name.GetString();
        }
        catch (InvalidOperationException)
        {
            throw RegistryException.Invalid(what, "the name of a member is no text: it is not valid UTF-8, or holds half of a surrogate pair");
        }
    }

    private void SkipToEnd()
    {
        while (reader.Read())
        {
        }
    }
}
