using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Protocol;

/// <summary>Writes one part of a message or artifact as A2A 1.0 has it: exactly one of <c>text</c>, <c>raw</c>, <c>url</c> and <c>data</c>.</summary>
/// <remarks>The registry's own rules for parts say which shapes there are.</remarks>
internal static class PartRewrite
{
    private static readonly string[] Contents = ["text", "raw", "url", "data"];

    public static void Write(ArrayBufferWriter<byte> output, JsonElement part)
    {
        var file = IsFile(part) && part.TryGetProperty("file"u8, out var found) ? found : default;
        var content = file.ValueKind == JsonValueKind.Object ? null : ContentOf(part);
        output.Write("{"u8);
        var isFirst = true;
        if (content is null)
        {
            isFirst = WriteFile(output, file);
        }

        foreach (var member in part.EnumerateObject())
        {
            var isContent = Array.Exists(Contents, name => member.NameEquals(name));
            var isLeftOut = isContent
                ? content is null || !member.NameEquals(content)
                : IsLeftOut(member, hasFile: content is null, part);
            if (isLeftOut)
            {
                continue;
            }

            output.Write(isFirst ? default : ","u8);
            isFirst = false;
            DocumentRewrite.WriteName(output, member, member.NameEquals("media_type") ? "mediaType" : null);
            output.Write(JsonMarshal.GetRawUtf8Value(member.Value));
        }

        output.Write("}"u8);
    }

    private static bool IsLeftOut(JsonProperty member, bool hasFile, JsonElement part) =>
        DocumentShape.IsAbsent(member.Value)
        || member.NameEquals("kind")
        || (hasFile && member.NameEquals("file"))
        || (member.NameEquals("media_type") && part.TryGetProperty("mediaType"u8, out var media) && !DocumentShape.IsAbsent(media));

    /// <summary>The content of 0.3's file: its bytes or where they are, its name and type.</summary>
    private static bool WriteFile(ArrayBufferWriter<byte> output, JsonElement file)
    {
        var isFirst = true;
        foreach (var member in file.EnumerateObject())
        {
            var name = member.Name switch
            {
                "bytes" => "raw",
                "uri" => "url",
                "name" => "filename",
                "mimeType" or "mime_type" => "mediaType",
                _ => null,
            };
            if (name is null || member.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            output.Write(isFirst ? default : ","u8);
            isFirst = false;
            DocumentRewrite.WriteName(output, member, name);
            output.Write(JsonMarshal.GetRawUtf8Value(member.Value));
        }

        return isFirst;
    }

    /// <summary>The member that is the content. Beside what is there, null and the empty string are absent; alone they are content.</summary>
    private static string ContentOf(JsonElement part)
    {
        if (part.TryGetProperty("kind"u8, out var kind) && !DocumentShape.IsAbsent(kind))
        {
            return kind.GetString()!;
        }

        string[] there = [.. Contents.Where(name => part.TryGetProperty(name, out _))];
        return Array.Find(there, name => IsFull(name, part.GetProperty(name))) ?? there[0];
    }

    private static bool IsFull(string name, JsonElement value) =>
        name == "data" ? value.ValueKind != JsonValueKind.Null : !DocumentShape.IsAbsent(value);

    private static bool IsFile(JsonElement part) =>
        part.TryGetProperty("kind"u8, out var kind) && kind.ValueKind == JsonValueKind.String && kind.ValueEquals("file"u8);
}
