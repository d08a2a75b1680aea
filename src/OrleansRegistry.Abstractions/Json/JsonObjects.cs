using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry;

/// <summary>Works on JSON objects member by member; what it does not touch keeps the bytes it was sent with.</summary>
internal static class JsonObjects
{
    /// <summary>
    /// Whether an object has members of all names that another has, so that merged into that it gives itself. Empty is an object without members.
    /// </summary>
    public static bool HasAllNames(RawJson json, RawJson other)
    {
        if (json.IsEmpty || other.IsEmpty)
        {
            return other.IsEmpty;
        }

        using var document = JsonDocument.Parse(json.Utf8, JsonInput.Stored);
        using var names = JsonDocument.Parse(other.Utf8, JsonInput.Stored);
        var members = new JsonMemberLookup(document.RootElement);
        return names.RootElement.EnumerateObject().All(member => members.TryGet(member.Name, out _));
    }

    /// <summary>
    /// <paramref name="target"/> with the members of <paramref name="changes"/>: a member that both have takes the new value, in its old place; a
    /// null
    /// is a value like any other.
    /// </summary>
    /// <param name="target">One JSON object; empty stands for one without members.</param>
    /// <param name="field">What the object is called in an error.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.TooLarge"/>: there would be more than <see cref="JsonInput.MaxMembers"/>
    /// members.</exception>
    public static RawJson Merge(RawJson target, RawJson changes, string field)
    {
        if (target.IsEmpty)
        {
            return changes;
        }

        using var before = JsonDocument.Parse(target.Utf8, JsonInput.Stored);
        using var after = JsonDocument.Parse(changes.Utf8, JsonInput.Stored);
        var known = new JsonMemberLookup(before.RootElement);
        var changed = new JsonMemberLookup(after.RootElement);
        var count = known.Count;
        var output = new ArrayBufferWriter<byte>(target.Length + changes.Length);
        output.Write("{"u8);
        foreach (var member in before.RootElement.EnumerateObject())
        {
            Write(output, member, changed.TryGet(member.Name, out var change) ? change : member.Value);
        }

        foreach (var member in after.RootElement.EnumerateObject())
        {
            if (!known.TryGet(member.Name, out _))
            {
                // What was stored under other limits can still be changed, but not grow.
                if (++count > JsonInput.MaxMembers)
                {
                    throw JsonInput.TooManyMembers(field);
                }

                Write(output, member, member.Value);
            }
        }

        output.Write("}"u8);
        return RawJson.FromValid(output.WrittenSpan);
    }

    /// <summary>The items of a JSON array, each with its bytes.</summary>
    /// <exception cref="JsonException">It is no JSON array.</exception>
    public static RawJson[] Items(RawJson array)
    {
        using var document = JsonDocument.Parse(array.Utf8, JsonInput.Stored);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("An array was expected.");
        }

        var items = new RawJson[document.RootElement.GetArrayLength()];
        var next = 0;
        foreach (var item in document.RootElement.EnumerateArray())
        {
            items[next++] = JsonInput.Copy(item);
        }

        return items;
    }

    /// <summary>One JSON array of these items.</summary>
    public static RawJson Array(IReadOnlyList<RawJson> items)
    {
        var length = 2;
        for (var i = 0; i < items.Count; i++)
        {
            length += items[i].Length + 1;
        }

        var output = new ArrayBufferWriter<byte>(length);
        output.Write("["u8);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }

            output.Write(items[i].Span);
        }

        output.Write("]"u8);
        return RawJson.FromValid(output.WrittenSpan);
    }

    internal static void Write(ArrayBufferWriter<byte> output, JsonProperty member, JsonElement value) =>
        Write(output, member, JsonMarshal.GetRawUtf8Value(value));

    internal static void Write(ArrayBufferWriter<byte> output, JsonProperty member, ReadOnlySpan<byte> value)
    {
        WriteName(output, member);
        output.Write(value);
    }

    /// <summary>The member's name as it was sent and a colon, after a comma where it is not the first.</summary>
    internal static void WriteName(ArrayBufferWriter<byte> output, JsonProperty member)
    {
        if (output.WrittenSpan[^1] != (byte)'{')
        {
            output.Write(","u8);
        }

        output.Write("\""u8);
        output.Write(JsonMarshal.GetRawUtf8PropertyName(member));
        output.Write("\":"u8);
    }
}
