using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.Protocol;

/// <summary>
/// Writes a stored message or artifact again, as A2A 1.0 has it. Values that need no change keep their bytes, and members that A2A does not know stay.
/// </summary>
internal static class DocumentRewrite
{
    private static readonly JsonWriterOptions AsStored = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="lacking">The ids that the message has not by their names in camelCase: one in snake_case goes first.</param>
    public static RawJson Message(RawJson stored, MessageIds lacking) => Write(stored, (message, json) =>
    {
        json.WriteStartObject();
        WriteId(json, message, "messageId", lacking.MessageId);
        WriteId(json, message, "taskId", lacking.TaskId);
        WriteId(json, message, "contextId", lacking.ContextId);
        Translations.Members(message, json, MessageShape.MemberToV10);
        json.WriteEndObject();
    });

    public static RawJson Artifact(RawJson stored) => Write(stored, MessageShape.ArtifactToV10);

    private static RawJson Write(RawJson stored, Translation translation)
    {
        using var document = JsonDocument.Parse(stored.Utf8, JsonInput.Stored);
        var output = new ArrayBufferWriter<byte>(stored.Length + 192);
        using (var json = new Utf8JsonWriter(output, AsStored))
        {
            translation(document.RootElement, json);
        }

        return RawJson.FromValid(output.WrittenSpan);
    }

    private static void WriteId(Utf8JsonWriter json, JsonElement message, string name, string? id)
    {
        if (id is not null && !Translations.TryGet(message, name, out _))
        {
            json.WriteString(name, id);
        }
    }
}
