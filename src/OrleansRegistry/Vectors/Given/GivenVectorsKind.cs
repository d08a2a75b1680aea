using System.Buffers.Text;
using System.Text.Json;

namespace OrleansRegistry.Vectors.Given;

/// <summary>
/// Vectors that agents were given, as stores hold them: the document is what was said of each; the fields are <c>agent_id</c>, <c>agent_created_at</c>,
/// <c>number</c>, <c>model</c>, <c>dimensions</c>, <c>written_at</c>, <c>card_number</c>, where it is known <c>written_by</c>, and the numbers,
/// <c>single</c>.
/// </summary>
internal static class GivenVectorsKind
{
    public static RecordKind Kind { get; } = new() { Number = 16, Name = "given_vectors", Table = "given_vectors" };

    public static RecordBody Write(GivenVectors vectors) => new(vectors.Document, FieldsWriter.Write(vectors, WriteFields));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static GivenVectors Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var fields = new StoredObject(document.RootElement, "fields");
        var values = Bytes(fields.Text("single"));
        var dimensions = (int)fields.Number("dimensions");
        var count = dimensions == 0 ? 0 : values.Length / sizeof(float) / dimensions;
        var read = new GivenVectors
        {
            Tenant = stored.Key.Tenant,
            AgentId = fields.Text("agent_id"),
            AgentCreatedAt = fields.Time("agent_created_at"),
            Info = new AgentVectorInfo(fields.Text("model"), dimensions, count, fields.Time("written_at")) { Number = fields.Number("number") },
            WrittenBy = fields.TextOrNull("written_by"),
            CardNumber = fields.Number("card_number"),
            Document = stored.Body.Document,
            Values = values,
            Unknown = fields.Unknown(),
        };
        _ = read.ToComparable();
        return read;
    });

    private static void WriteFields(Utf8JsonWriter fields, GivenVectors vectors)
    {
        fields.WriteString("agent_id"u8, vectors.AgentId);
        fields.WriteString("agent_created_at"u8, vectors.AgentCreatedAt);
        fields.WriteNumber("number"u8, vectors.Info.Number);
        fields.WriteString("model"u8, vectors.Info.Model);
        fields.WriteNumber("dimensions"u8, vectors.Info.Dimensions);
        fields.WriteString("written_at"u8, vectors.Info.WrittenAt);
        fields.WriteGiven("written_by", vectors.WrittenBy);
        fields.WriteNumber("card_number"u8, vectors.CardNumber);
        fields.WriteBase64String("single"u8, vectors.Values.Span);
        StoredObject.WriteUnknown(fields, vectors.Unknown);
    }

    private static byte[] Bytes(string text) =>
        Base64.IsValid(text) ? Convert.FromBase64String(text) : throw new JsonException("'single' is not base64");
}
