using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansRegistry;

/// <summary>Creates A2A messages with a single text part, for submissions and updates.</summary>
public static class TextMessage
{
    /// <summary>Refuses what the JSON writer would replace.</summary>
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly JsonWriterOptions AsTyped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A message of the user.</summary>
    /// <param name="text">The text.</param>
    /// <param name="messageId">Null for a generated id. A message sent again with the same id is stored once.</param>
    /// <returns>One JSON object in UTF-8.</returns>
    /// <exception cref="ArgumentException">The text is not valid Unicode: it has half a surrogate pair.</exception>
    public static ReadOnlyMemory<byte> User(string text, string? messageId = null) => Write("ROLE_USER", text, messageId);

    /// <summary>A message of the agent, such as a question or the reason of a state.</summary>
    /// <inheritdoc cref="User"/>
    public static ReadOnlyMemory<byte> Agent(string text, string? messageId = null) => Write("ROLE_AGENT", text, messageId);

    /// <summary>Writes one JSON object.</summary>
    internal static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> members)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, AsTyped))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    /// <summary>Writes the id and the parts of a message or artifact that has one text.</summary>
    internal static void WriteText(Utf8JsonWriter json, string idName, string id, string text)
    {
        json.WriteString(idName, Utf8.GetBytes(id));
        json.WriteStartArray("parts"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, Utf8.GetBytes(text));
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static ReadOnlyMemory<byte> Write(string role, string text, string? messageId) => Write(json =>
    {
        json.WriteString("role"u8, role);
        WriteText(json, "messageId", messageId ?? Guid.NewGuid().ToString(), text);
    });
}
