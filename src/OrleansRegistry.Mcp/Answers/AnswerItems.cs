using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansRegistry.Mcp.Answers;

/// <summary>Writes single items of a list, each into bytes of its own, so that a page can be measured before it is written.</summary>
internal static class AnswerItems
{
    private static readonly JsonWriterOptions AsTyped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> members)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes, AsTyped))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    public static IReadOnlyList<ReadOnlyMemory<byte>> Of(IEnumerable<RawJson> documents) => [.. documents.Select(document => document.Utf8)];
}
