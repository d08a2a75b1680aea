using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Members of answers, which an older or newer registry may lack.</summary>
internal static class JsonMembersOf
{
    public static string? Text(this JsonElement json, string name) =>
        Find(json, name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

    public static long Number(this JsonElement json, string name) =>
        Find(json, name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt64(out var number) ? number : 0;

    public static bool Flag(this JsonElement json, string name) => Find(json, name) is { ValueKind: JsonValueKind.True };

    /// <summary>A member of any type; null where there is none.</summary>
    public static JsonElement? Find(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) ? member : null;

    /// <summary>The entries of an array; none where there is no such member.</summary>
    public static IEnumerable<JsonElement> Entries(this JsonElement json, string name) =>
        Find(json, name) is { ValueKind: JsonValueKind.Array } member ? member.EnumerateArray() : [];

    /// <summary>The texts of an array, in one line.</summary>
    public static string Texts(this JsonElement json, string name) => string.Join(
        ", ", Entries(json, name).Where(entry => entry.ValueKind == JsonValueKind.String).Select(entry => entry.GetString()));

    /// <summary>Writes a value as the bytes that it came as; only line breaks between its members go, so that it fits into a line.</summary>
    public static void WriteOneLine(this Utf8JsonWriter writer, JsonElement json)
    {
        var bytes = JsonMarshal.GetRawUtf8Value(json);
        if (!bytes.ContainsAny("\r\n"u8))
        {
            writer.WriteRawValue(bytes, skipInputValidation: true);
            return;
        }

        // In valid JSON a line break is never within a string.
        var line = bytes.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        writer.WriteRawValue(line, skipInputValidation: true);
    }
}
