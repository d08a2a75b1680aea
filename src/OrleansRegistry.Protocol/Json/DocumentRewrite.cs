using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Protocol;

/// <summary>
/// Writes a stored message or artifact again, as A2A 1.0 has it: names in camelCase, roles as enum names, parts without <c>kind</c>, nothing null.
/// Values that need no change keep their bytes, and members that A2A does not know stay.
/// </summary>
internal static class DocumentRewrite
{
    private static readonly (string Snake, string Camel)[] Names =
    [
        ("message_id", "messageId"), ("task_id", "taskId"), ("context_id", "contextId"), ("reference_task_ids", "referenceTaskIds"),
        ("artifact_id", "artifactId"),
    ];

    /// <param name="lacking">The ids that the message has not by their names in camelCase: one in snake_case goes first.</param>
    public static RawJson Message(RawJson stored, MessageIds lacking)
    {
        using var document = JsonDocument.Parse(stored.Utf8, JsonInput.Stored);
        var root = document.RootElement;
        var ids = new MessageIds(
            Has(root, "message_id") ? null : lacking.MessageId,
            Has(root, "task_id") ? null : lacking.TaskId,
            Has(root, "context_id") ? null : lacking.ContextId);
        var output = new ArrayBufferWriter<byte>(stored.Length + 192);
        output.Write("{"u8);
        ids.Write(output);
        Write(output, root);
        return RawJson.FromValid(output.WrittenSpan);
    }

    public static RawJson Artifact(RawJson stored)
    {
        using var document = JsonDocument.Parse(stored.Utf8, JsonInput.Stored);
        var output = new ArrayBufferWriter<byte>(stored.Length + 64);
        output.Write("{"u8);
        Write(output, document.RootElement);
        return RawJson.FromValid(output.WrittenSpan);
    }

    private static void Write(ArrayBufferWriter<byte> output, JsonElement document)
    {
        var isFirst = true;
        foreach (var member in document.EnumerateObject())
        {
            var camel = Array.Find(Names, name => member.NameEquals(name.Snake)).Camel;
            if (member.NameEquals("kind") || IsAbsent(member) || (camel is not null && Has(document, camel)))
            {
                continue;
            }

            output.Write(isFirst ? default : ","u8);
            isFirst = false;
            WriteName(output, member, camel);
            if (member.NameEquals("role"))
            {
                output.Write(member.Value.ValueEquals("user"u8) || member.Value.ValueEquals("ROLE_USER"u8) ? "\"ROLE_USER\""u8 : "\"ROLE_AGENT\""u8);
            }
            else if (member.NameEquals("parts"))
            {
                WriteParts(output, member.Value);
            }
            else
            {
                output.Write(JsonMarshal.GetRawUtf8Value(member.Value));
            }
        }

        output.Write("}"u8);
    }

    private static void WriteParts(ArrayBufferWriter<byte> output, JsonElement parts)
    {
        var separator = "["u8;
        foreach (var part in parts.EnumerateArray())
        {
            output.Write(separator);
            PartRewrite.Write(output, part);
            separator = ","u8;
        }

        output.Write("]"u8);
    }

    /// <summary>Writes the member's name as it was sent, or another, and a colon.</summary>
    internal static void WriteName(ArrayBufferWriter<byte> output, JsonProperty member, string? name = null)
    {
        output.Write("\""u8);
        output.Write(name is null ? JsonMarshal.GetRawUtf8PropertyName(member) : JsonEncodedText.Encode(name).EncodedUtf8Bytes);
        output.Write("\":"u8);
    }

    /// <summary>Whether it stands for nothing. An empty text of a member that A2A has no other use for is kept.</summary>
    internal static bool IsAbsent(JsonProperty member) => member.Value.ValueKind == JsonValueKind.Null
        || (member.Value.ValueKind == JsonValueKind.String && member.Value.ValueEquals(""u8)
            && !member.NameEquals("name") && !member.NameEquals("description"));

    private static bool Has(JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) && !DocumentShape.IsAbsent(value);
}
