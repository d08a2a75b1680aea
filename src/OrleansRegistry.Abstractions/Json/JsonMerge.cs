using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry;

/// <summary>JSON Merge Patch (RFC 7396). What the patch does not name keeps the bytes it was sent with.</summary>
internal static class JsonMerge
{
    /// <summary>
    /// Applies <paramref name="patch"/> to <paramref name="target"/>, both read by <see cref="JsonInput"/> before. The result may break its limits.
    /// </summary>
    public static RawJson Apply(RawJson target, RawJson patch)
    {
        using var targetDocument = JsonDocument.Parse(target.Utf8, JsonInput.Stored);
        using var patchDocument = JsonDocument.Parse(patch.Utf8, JsonInput.Stored);
        var output = new ArrayBufferWriter<byte>(target.Length + patch.Length);
        Write(output, targetDocument.RootElement, patchDocument.RootElement);
        return RawJson.FromValid(output.WrittenSpan);
    }

    /// <param name="target">Undefined where there is nothing to change.</param>
    private static void Write(ArrayBufferWriter<byte> output, JsonElement target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            output.Write(JsonMarshal.GetRawUtf8Value(patch));
            return;
        }

        var before = new JsonMemberLookup(target);
        var changes = new JsonMemberLookup(patch);
        output.Write("{"u8);
        if (before.Count > 0)
        {
            foreach (var member in target.EnumerateObject())
            {
                if (!changes.TryGet(member.Name, out var change))
                {
                    JsonObjects.Write(output, member, member.Value);
                }
                else if (change.ValueKind != JsonValueKind.Null)
                {
                    JsonObjects.WriteName(output, member);
                    Write(output, member.Value, change);
                }
            }
        }

        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !before.TryGet(member.Name, out _))
            {
                JsonObjects.WriteName(output, member);
                Write(output, default, member.Value);
            }
        }

        output.Write("}"u8);
    }
}
