using System.Buffers;
using System.Text.Json;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>Writes the fields of records, without an allocation but for the result.</summary>
internal static class FieldsWriter
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    /// <summary>One JSON object with the members that <paramref name="members"/> writes.</summary>
    public static RawJson Write<T>(T source, Action<Utf8JsonWriter, T> members)
    {
        buffer ??= new ArrayBufferWriter<byte>(256);
        writer ??= new Utf8JsonWriter(buffer);
        buffer.ResetWrittenCount();
        writer.Reset();
        writer.WriteStartObject();
        members(writer, source);
        writer.WriteEndObject();
        writer.Flush();
        return RawJson.FromValid(buffer.WrittenSpan);
    }
}
