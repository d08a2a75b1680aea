using System.Buffers;
using System.Text.Json;

namespace OrleansRegistry.Storage;

/// <summary>Writes the JSON of records, without an allocation but for the result.</summary>
internal static class FieldsWriter
{
    /// <summary>What a thread keeps for the next record; a larger buffer is given up.</summary>
    private const int MaxKept = 1024 * 1024;

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
        var written = RawJson.FromValid(buffer.WrittenSpan);
        if (buffer.Capacity > MaxKept)
        {
            buffer = null;
            writer = null;
        }

        return written;
    }
}
