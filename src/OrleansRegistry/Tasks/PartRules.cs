using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>
/// What a part of a message or artifact may be. A2A 1.0: exactly one of <c>text</c>, <c>raw</c> (base64), <c>url</c>, <c>data</c>. A2A 0.3, where it
/// has <c>kind</c>: <c>text</c>, <c>file</c> with <c>bytes</c> or <c>uri</c>, or <c>data</c>.
/// </summary>
internal static class PartRules
{
    /// <summary>Checks <c>parts</c> of <paramref name="holder"/>: an array of at least one part.</summary>
    public static void Check(JsonElement holder, string field)
    {
        if (!holder.TryGetProperty("parts"u8, out var parts))
        {
            throw RegistryException.Invalid($"{field}.parts", "is required");
        }

        if (parts.ValueKind != JsonValueKind.Array)
        {
            throw RegistryException.Invalid($"{field}.parts", $"must be an array, not {JsonInput.Describe(parts)}");
        }

        var index = 0;
        foreach (var part in parts.EnumerateArray())
        {
            CheckPart(part, field, index++);
        }

        if (index == 0)
        {
            throw RegistryException.Invalid($"{field}.parts", "must have at least one part");
        }
    }

    private static void CheckPart(JsonElement part, string field, int index)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            throw RegistryException.Invalid($"{field}.parts[{index}]", $"must be an object, not {JsonInput.Describe(part)}");
        }

        if (part.TryGetProperty("kind"u8, out var kind) && !MessageReader.IsAbsent(kind))
        {
            CheckKind(part, kind, $"{field}.parts[{index}]");
        }
        else
        {
            CheckContent(part, field, index);
        }

        if (part.TryGetProperty("metadata"u8, out var metadata) && metadata.ValueKind != JsonValueKind.Object && !MessageReader.IsAbsent(metadata))
        {
            throw RegistryException.Invalid($"{field}.parts[{index}].metadata", $"must be an object, not {JsonInput.Describe(metadata)}");
        }
    }

    private static void CheckContent(JsonElement part, string field, int index)
    {
        var text = Has(part, "text"u8, out var textValue);
        var raw = Has(part, "raw"u8, out var rawValue);
        var url = Has(part, "url"u8, out var urlValue);
        var data = part.TryGetProperty("data"u8, out var dataValue);

        // Beside what is there, null and the empty string are absent. Alone they are content.
        (text, raw, url, data) = Only(
            (text, !text || !MessageReader.IsAbsent(textValue)), (raw, !raw || !MessageReader.IsAbsent(rawValue)),
            (url, !url || !MessageReader.IsAbsent(urlValue)), (data, !data || dataValue.ValueKind != JsonValueKind.Null));
        if ((text ? 1 : 0) + (raw ? 1 : 0) + (url ? 1 : 0) + (data ? 1 : 0) != 1)
        {
            throw RegistryException.Invalid($"{field}.parts[{index}]", "must have exactly one of text, raw, url and data");
        }

        if (text)
        {
            CheckString(textValue, $"{field}.parts[{index}].text");
        }
        else if (raw)
        {
            CheckBase64(rawValue, $"{field}.parts[{index}].raw");
        }
        else if (url)
        {
            CheckString(urlValue, $"{field}.parts[{index}].url");
        }
    }

    /// <summary>Of several that are there, those that are full.</summary>
    private static (bool Text, bool Raw, bool Url, bool Data) Only(
        (bool Is, bool IsFull) text, (bool Is, bool IsFull) raw, (bool Is, bool IsFull) url, (bool Is, bool IsFull) data)
    {
        var several = (text.Is ? 1 : 0) + (raw.Is ? 1 : 0) + (url.Is ? 1 : 0) + (data.Is ? 1 : 0) > 1;
        if (!several)
        {
            return (text.Is, raw.Is, url.Is, data.Is);
        }

        var full = (Text: text.Is && text.IsFull, Raw: raw.Is && raw.IsFull, Url: url.Is && url.IsFull, Data: data.Is && data.IsFull);

        // If all alternatives are empty, an empty text is intended.
        return full is (false, false, false, false) ? (text.Is, !text.Is && raw.Is, !text.Is && !raw.Is && url.Is, false) : full;
    }

    private static void CheckKind(JsonElement part, JsonElement kind, string field)
    {
        var name = kind.ValueKind == JsonValueKind.String ? kind.GetString() : null;
        switch (name)
        {
            case "text":
                CheckString(Required(part, "text", field), $"{field}.text");
                break;
            case "data":
                var data = Required(part, "data", field);
                if (data.ValueKind != JsonValueKind.Object)
                {
                    throw RegistryException.Invalid($"{field}.data", $"must be an object, not {JsonInput.Describe(data)}");
                }

                break;
            case "file":
                CheckFile(Required(part, "file", field), $"{field}.file");
                break;
            default:
                throw RegistryException.Invalid($"{field}.kind", "must be 'text', 'file' or 'data' where it is given");
        }
    }

    private static void CheckFile(JsonElement file, string field)
    {
        if (file.ValueKind != JsonValueKind.Object)
        {
            throw RegistryException.Invalid(field, $"must be an object, not {JsonInput.Describe(file)}");
        }

        var bytes = Has(file, "bytes"u8, out var content);
        var uri = Has(file, "uri"u8, out var where);
        if (bytes == uri)
        {
            throw RegistryException.Invalid(field, "must have exactly one of bytes and uri");
        }

        if (bytes)
        {
            CheckBase64(content, $"{field}.bytes");
        }
        else
        {
            CheckString(where, $"{field}.uri");
        }
    }

    private static JsonElement Required(JsonElement part, string name, string field) =>
        part.TryGetProperty(name, out var value) ? value : throw RegistryException.Invalid($"{field}.{name}", "is required");

    /// <summary>Null counts as absent: older clients write what they leave out.</summary>
    private static bool Has(JsonElement part, ReadOnlySpan<byte> name, out JsonElement value) =>
        part.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static void CheckString(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw RegistryException.Invalid(field, $"must be a string, not {JsonInput.Describe(value)}");
        }
    }

    private static void CheckBase64(JsonElement value, string field)
    {
        CheckString(value, field);
        var text = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        if (text.Contains((byte)'\\'))
        {
            text = Encoding.UTF8.GetBytes(value.GetString()!);
        }

        if (!Base64.IsValid(text) && !Base64Url.IsValid(text))
        {
            throw RegistryException.Invalid(field, "must be base64");
        }
    }
}
