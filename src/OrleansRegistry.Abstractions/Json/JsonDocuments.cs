using System.Text.Json;

namespace OrleansRegistry;

/// <summary>Documents of others in answers: written as the bytes that were sent, and omitted if absent.</summary>
internal static class JsonDocuments
{
    public static void WriteDocument(this Utf8JsonWriter json, RawJson document) => json.WriteRawValue(document.Span, skipInputValidation: true);

    public static void WriteDocument(this Utf8JsonWriter json, string name, RawJson document)
    {
        if (!document.IsEmpty)
        {
            json.WritePropertyName(name);
            json.WriteDocument(document);
        }
    }

    public static void WriteDocuments(this Utf8JsonWriter json, string name, IReadOnlyList<RawJson>? documents)
    {
        if (documents is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var document in documents)
        {
            json.WriteDocument(document);
        }

        json.WriteEndArray();
    }
}
