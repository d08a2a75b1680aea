using System.Text.Json;
using static OrleansRegistry.Protocol.V03.Translations;

namespace OrleansRegistry.Protocol.V03;

/// <summary>
/// Parts. A2A 0.3 tells them apart by <c>kind</c>, has a file's members within <c>file</c>, and only objects as <c>data</c>; A2A 1.0 has exactly one
/// of <c>text</c>, <c>raw</c>, <c>url</c> and <c>data</c>.
/// </summary>
internal static class PartShape
{
    /// <summary>
    /// Marks a part of A2A 0.3 whose <c>data</c> is an object around what A2A 1.0 has as <c>data</c>: an array, a text, a number, a boolean or null.
    /// The SDKs of A2A write and read the same mark.
    /// </summary>
    private const string Wrapped = "data_part_compat";

    private const string WrappedValue = "value";

    private static readonly string[] Contents = ["text", "raw", "url", "data"];

    public static void ToV10(JsonElement part, Utf8JsonWriter target)
    {
        if (part.ValueKind != JsonValueKind.Object || !TryGet(part, "kind", out var kind))
        {
            CleanToV10(part, target);
        }
        else if (Is(kind, "text"u8))
        {
            Object(part, target, static (name, _, _) => name == "kind" || IsOther(name, "text"));
        }
        else if (Is(kind, "data"u8))
        {
            DataToV10(part, target);
        }
        else if (Is(kind, "file"u8) && TryGet(part, "file", out var file) && HasOneContent(file))
        {
            FileToV10(part, file, target);
        }
        else
        {
            Copy(part, target);
        }
    }

    public static void ToV03(JsonElement part, Utf8JsonWriter target)
    {
        switch (ContentOf(part))
        {
            case "text":
                Object(part, target, static (name, value, _) => name == "kind" || IsEmptyContent(name, value, "text"), "text");
                break;
            case "data":
                DataToV03(part, target);
                break;
            case "raw":
                FileToV03(part, "raw", "bytes", target);
                break;
            case "url":
                FileToV03(part, "url", "uri", target);
                break;
            default:
                Copy(part, target);
                break;
        }
    }

    /// <summary>A part of 1.0 with one content: beside it, the others are absent, not null or empty.</summary>
    private static void CleanToV10(JsonElement part, Utf8JsonWriter target)
    {
        if (ContentOf(part) is not { } content)
        {
            Copy(part, target);
            return;
        }

        target.WriteStartObject();
        Copy(content, part.GetProperty(content), target);
        Members(part, target, (name, value, _) => name == content || IsEmptyContent(name, value, content));
        target.WriteEndObject();
    }

    private static void DataToV10(JsonElement part, Utf8JsonWriter target)
    {
        if (!TryGet(part, "metadata", out var metadata) || !IsWrapped(metadata) || !TryGet(part, "data", out var data)
            || data.ValueKind != JsonValueKind.Object || !data.TryGetProperty(WrappedValue, out var inner))
        {
            Object(part, target, static (name, _, _) => name == "kind" || IsOther(name, "data"));
            return;
        }

        Object(part, target, (name, value, target) => name switch
        {
            "kind" => true,
            "data" => Rename(name, inner, target),
            "metadata" => WithoutMark(value, target),
            _ => IsOther(name, "data"),
        });
    }

    private static void DataToV03(JsonElement part, Utf8JsonWriter target)
    {
        var data = part.GetProperty("data"u8);
        if (data.ValueKind == JsonValueKind.Object)
        {
            Object(part, target, static (name, value, _) => name == "kind" || IsEmptyContent(name, value, "data"), "data");
            return;
        }

        target.WriteStartObject();
        target.WriteString("kind"u8, "data"u8);
        target.WriteStartObject("data"u8);
        Copy(WrappedValue, data, target);
        target.WriteEndObject();
        target.WriteStartObject("metadata"u8);
        target.WriteBoolean(Wrapped, true);
        if (TryGet(part, "metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
        {
            CopyOthers(metadata, target);
        }

        target.WriteEndObject();
        Members(part, target, static (name, value, _) => name is "kind" or "data" or "metadata" || IsEmptyContent(name, value, "data"));
        target.WriteEndObject();
    }

    private static void FileToV10(JsonElement part, JsonElement file, Utf8JsonWriter target)
    {
        var rest = new List<(string Name, JsonElement Value)>();
        target.WriteStartObject();
        Members(file, target, (name, value, target) =>
        {
            switch (name)
            {
                case "bytes":
                    return Rename("raw", value, target);
                case "uri":
                    return Rename("url", value, target);
                case "name":
                    return Rename("filename", value, target);
                case "mimeType":
                    return Rename("mediaType", value, target);
                default:
                    rest.Add((name, value));
                    return true;
            }
        });
        if (rest.Count > 0)
        {
            target.WriteStartObject("file"u8);
            rest.ForEach(member => Copy(member.Name, member.Value, target));
            target.WriteEndObject();
        }

        Members(part, target, static (name, _, _) => name is "kind" or "file" or "filename" or "mediaType" || Contents.Contains(name));
        target.WriteEndObject();
    }

    private static void FileToV03(JsonElement part, string content, string name, Utf8JsonWriter target)
    {
        target.WriteStartObject();
        target.WriteString("kind"u8, "file"u8);
        target.WriteStartObject("file"u8);
        Copy(name, part.GetProperty(content), target);
        if (TryGet(part, "filename", out var filename))
        {
            Copy("name", filename, target);
        }

        if (TryGet(part, "mediaType", out var mediaType))
        {
            Copy("mimeType", mediaType, target);
        }

        if (TryGet(part, "file", out var rest) && rest.ValueKind == JsonValueKind.Object)
        {
            Members(rest, target, static (name, _, _) => name is "bytes" or "uri" or "name" or "mimeType");
        }

        target.WriteEndObject();
        Members(
            part,
            target,
            (name, value, _) => name is "kind" or "file" or "filename" or "mediaType" || name == content || IsEmptyContent(name, value, content));
        target.WriteEndObject();
    }

    /// <summary>What a part of 1.0 holds: the one that is full, else the one that is there; null where that is not one.</summary>
    private static string? ContentOf(JsonElement part)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string[] there = [.. Contents.Where(
            name => part.TryGetProperty(name, out var value) && (name == "data" || value.ValueKind != JsonValueKind.Null))];
        if (there.Length > 1)
        {
            string[] full = [.. there.Where(name => !IsEmpty(part.GetProperty(name)))];
            there = full.Length > 0 ? full : there[..1];
        }

        return there.Length == 1 ? there[0] : null;
    }

    /// <summary>What 0.3 does not know in a part of this kind, and 1.0 would take for a second content.</summary>
    private static bool IsOther(string name, string content) => name != content && Contents.Contains(name);

    private static bool IsEmptyContent(string name, JsonElement value, string content) => IsOther(name, content) && IsEmpty(value);

    private static bool IsEmpty(JsonElement value) => value.ValueKind == JsonValueKind.Null || Is(value, ""u8);

    private static bool HasOneContent(JsonElement file) => TryGet(file, "bytes", out _) != TryGet(file, "uri", out _);

    private static bool IsWrapped(JsonElement metadata) =>
        metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty(Wrapped, out var mark) && mark.ValueKind == JsonValueKind.True;

    private static bool WithoutMark(JsonElement metadata, Utf8JsonWriter target)
    {
        if (metadata.GetPropertyCount() > 1)
        {
            target.WriteStartObject("metadata"u8);
            CopyOthers(metadata, target);
            target.WriteEndObject();
        }

        return true;
    }

    /// <summary>Members of metadata are their author's: nulls are kept.</summary>
    private static void CopyOthers(JsonElement metadata, Utf8JsonWriter target)
    {
        foreach (var member in metadata.EnumerateObject().Where(member => !member.NameEquals(Wrapped)))
        {
            Copy(member.Name, member.Value, target);
        }
    }
}
