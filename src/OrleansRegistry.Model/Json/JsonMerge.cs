using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Model;

/// <summary>JSON Merge Patch (RFC 7396). What the patch does not name keeps the bytes it was sent with.</summary>
public static class JsonMerge
{
    /// <summary>Applies <paramref name="patch"/> to <paramref name="target"/>.</summary>
    /// <exception cref="RegistryException">Either is not valid JSON.</exception>
    public static RawJson Apply(RawJson target, RawJson patch)
    {
        using var targetDocument = JsonInput.Parse(target.Utf8, "target");
        using var patchDocument = JsonInput.Parse(patch.Utf8, "patch");
        var output = new ArrayBufferWriter<byte>(target.Length + patch.Length);
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            Write(writer, targetDocument.RootElement, patchDocument.RootElement);
        }

        return RawJson.FromValid(output.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            WriteRaw(writer, patch);
            return;
        }

        writer.WriteStartObject();
        if (target is { ValueKind: JsonValueKind.Object } known)
        {
            foreach (var member in known.EnumerateObject())
            {
                if (!patch.TryGetProperty(member.Name, out var change))
                {
                    writer.WritePropertyName(member.Name);
                    WriteRaw(writer, member.Value);
                }
                else if (change.ValueKind != JsonValueKind.Null)
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, change);
                }
            }
        }

        foreach (var member in patch.EnumerateObject())
        {
            var isNew = target is not { ValueKind: JsonValueKind.Object } known2 || !known2.TryGetProperty(member.Name, out _);
            if (isNew && member.Value.ValueKind != JsonValueKind.Null)
            {
                writer.WritePropertyName(member.Name);
                Write(writer, null, member.Value);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteRaw(Utf8JsonWriter writer, JsonElement element) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(element), skipInputValidation: true);
}
