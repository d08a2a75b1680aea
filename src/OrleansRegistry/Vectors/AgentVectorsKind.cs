using System.Buffers.Text;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Vectors;

/// <summary>
/// The vectors that the registry makes of agents, as stores hold them: one record for each agent, its key the agent's. They are stored in half the digits,
/// and are made again where they are lost. Those that callers give are <see cref="GivenVectorsKind"/>.
/// </summary>
internal static class AgentVectorsKind
{
    private static readonly RawJson NoDocument = RawJson.FromValid("{}"u8);

    public static RecordKind Kind { get; } = new() { Number = 15, Name = "agent_vectors", Table = "agent_vectors" };

    public static RecordKey KeyOf(AgentVectors vectors) => new(vectors.Tenant, vectors.AgentId);

    public static RecordBody Write(AgentVectors vectors) =>
        new(NoDocument, FieldsWriter.Write(vectors, WriteFields));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static AgentVectors Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var fields = new StoredObject(document.RootElement, "fields");
        return new AgentVectors
        {
            Tenant = stored.Key.Tenant,
            AgentId = stored.Key.Id,
            AgentCreatedAt = fields.Time("agent_created_at"),
            Model = fields.Text("model"),
            Card = Hash(fields.Text("card")),
            Vectors = fields.Array("vectors", json => ReadVector(new StoredObject(json, "vectors"))),
            Version = stored.Version,
            Unknown = fields.Unknown(),
        };
    });

    private static void WriteFields(Utf8JsonWriter fields, AgentVectors vectors)
    {
        fields.WriteString("agent_created_at"u8, vectors.AgentCreatedAt);
        fields.WriteString("model"u8, vectors.Model);
        fields.WriteString("card"u8, vectors.Card.ToString());
        fields.WriteStartArray("vectors"u8);
        foreach (var vector in vectors.Vectors)
        {
            fields.WriteStartObject();
            fields.WriteString("field"u8, vector.Field);
            fields.WriteString("text"u8, vector.Text.ToString());
            fields.WriteBase64String("half"u8, MemoryMarshal.AsBytes<Half>(ToHalves(vector.Values)));
            fields.WriteEndObject();
        }

        fields.WriteEndArray();
        StoredObject.WriteUnknown(fields, vectors.Unknown);
    }

    /// <summary>A vector as it is read once it was stored, so that it is compared the same before and after a restart.</summary>
    /// <param name="values">Of length 1.</param>
    public static float[] Rounded(float[] values) => FromHalves(ToHalves(values));

    private static Half[] ToHalves(float[] values)
    {
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        return halves;
    }

    private static float[] FromHalves(ReadOnlySpan<Half> halves)
    {
        var values = new float[halves.Length];
        TensorPrimitives.ConvertToSingle(halves, values);
        return UnitVectors.Of(values) ?? throw new JsonException("a vector is not one");
    }

    private static FieldVector ReadVector(StoredObject vector) =>
        new(vector.Text("field"), Hash(vector.Text("text")), Halves(vector.Text("half")));

    private static float[] Halves(string text)
    {
        var bytes = Base64.IsValid(text) ? Convert.FromBase64String(text) : [];
        if (bytes.Length == 0 || bytes.Length % sizeof(ushort) != 0)
        {
            throw new JsonException("a vector is not base64 of numbers");
        }

        return FromHalves(MemoryMarshal.Cast<byte, Half>(bytes));
    }

    private static TextHash Hash(string text) => TextHash.Parse(text) ?? throw new JsonException("a hash is not hexadecimal");
}
