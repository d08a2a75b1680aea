using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Mcp.Answers;

/// <summary>Documents of others in results: the bytes that were sent, or a part of them.</summary>
internal static class AnswerDocuments
{
    // Clients, and the library on this side, read 64 levels; the result and its envelope take some.
    private const int MostShown = 48;

    /// <summary>Writes a document as a value. One that nests too deep for clients is written as text.</summary>
    public static void WriteShown(this Utf8JsonWriter json, ReadOnlyMemory<byte> document)
    {
        if (IsTooDeep(document.Span))
        {
            json.WriteStringValue(document.Span);
        }
        else
        {
            json.WriteRawValue(document.Span, skipInputValidation: true);
        }
    }

    /// <summary>The same as a member, omitted where there is none.</summary>
    public static void WriteShown(this Utf8JsonWriter json, string name, RawJson document)
    {
        if (!document.IsEmpty)
        {
            json.WritePropertyName(name);
            json.WriteShown(document.Utf8);
        }
    }

    /// <summary>Writes some of the text of a document that has no room as a whole, as the member <c>part</c>.</summary>
    /// <returns>Where to go on; null at the end.</returns>
    /// <exception cref="RegistryException">There is no such place in it.</exception>
    public static int? WritePart(this Utf8JsonWriter json, ReadOnlySpan<byte> document, int from, int room)
    {
        if (from < 0 || from >= document.Length || IsInside(document, from))
        {
            throw RegistryException.Invalid("page_token", "is not one that a result of these arguments had");
        }

        // Half of it, as quotes within text are escaped.
        var end = Math.Min(document.Length, from + Math.Max(room / 2, 1024));
        while (end < document.Length && IsInside(document, end))
        {
            end--;
        }

        json.WriteStartObject("part"u8);
        json.WriteString("text"u8, Encoding.UTF8.GetString(document[from..end]));
        json.WriteNumber("from_byte"u8, from);
        json.WriteNumber("of_bytes"u8, document.Length);
        json.WriteEndObject();
        return end < document.Length ? end : null;
    }

    /// <summary>At most so many characters of a text.</summary>
    public static string Cut(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }

    /// <summary>How much of a result a document takes.</summary>
    public static int Measure(ReadOnlySpan<byte> document) => IsTooDeep(document) ? 2 * document.Length : document.Length;

    private static bool IsInside(ReadOnlySpan<byte> document, int at) => (document[at] & 0xC0) == 0x80;

    private static bool IsTooDeep(ReadOnlySpan<byte> document)
    {
        // So few brackets cannot.
        if (document.Length <= 2 * MostShown)
        {
            return false;
        }

        var reader = new Utf8JsonReader(document, JsonInput.StoredReader);
        while (reader.Read())
        {
            if (reader.CurrentDepth > MostShown)
            {
                return true;
            }
        }

        return false;
    }
}
