using System.Text.Json;

namespace OrleansRegistry.Vectors.Given;

/// <summary>What an agent's record says of the vectors that it was given.</summary>
internal static class VectorStamps
{
    public static AgentVectorInfo Read(StoredObject stamp) => new(
        stamp.TextOrNull("model") ?? "", (int)(stamp.NumberOrNull("dimensions") ?? 0), (int)(stamp.NumberOrNull("count") ?? 0), stamp.Time("at"))
    {
        Number = stamp.Number("number"),
        Unknown = stamp.Unknown(),
    };

    public static void Write(Utf8JsonWriter fields, AgentVectorInfo? stamp)
    {
        if (stamp is null)
        {
            return;
        }

        fields.WriteStartObject("vectors"u8);
        fields.WriteNumber("number"u8, stamp.Number);
        fields.WriteString("at"u8, stamp.WrittenAt);
        if (stamp.Count > 0)
        {
            fields.WriteString("model"u8, stamp.Model);
            fields.WriteNumber("dimensions"u8, stamp.Dimensions);
            fields.WriteNumber("count"u8, stamp.Count);
        }

        StoredObject.WriteUnknown(fields, stamp.Unknown);
        fields.WriteEndObject();
    }
}
