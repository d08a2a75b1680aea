using System.Text.Json;

namespace OrleansRegistry.Logs;

/// <summary>
/// Logs as stores hold them: the head's part is <c>{"pages":…,"count":…,"bytes":…,"tail":[…]}</c>, with <c>base</c> where pages were cleared.
/// </summary>
internal static class LogJson
{
    internal static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, LogHead log)
    {
        json.WriteStartObject(name);
        if (log.Base > 0)
        {
            json.WriteNumber("base"u8, log.Base);
        }

        json.WriteNumber("pages"u8, log.Pages);
        json.WriteNumber("count"u8, log.Count);
        json.WriteGiven("bytes", log.Bytes);
        json.WriteStartArray("tail"u8);
        foreach (var item in log.Tail)
        {
            json.WriteRawValue(item.Span, skipInputValidation: true);
        }

        json.WriteEndArray();
        StoredObject.WriteUnknown(json, log.Unknown);
        json.WriteEndObject();
    }

    /// <exception cref="JsonException">There is no such log.</exception>
    internal static LogHead Read(StoredObject owner, string name)
    {
        var log = owner.ObjectOrNull(name) ?? throw new JsonException($"'{name}' is missing");
        var tail = log.Array("tail", ReadItem);
        var before = log.NumberOrNull("base") ?? 0;
        var pages = log.Number("pages");
        var count = log.Number("count");
        var bytes = log.NumberOrNull("bytes");
        return pages >= before && count >= tail.Length
            ? new LogHead(before, pages, count, tail, bytes) { Unknown = log.Unknown() }
            : throw new JsonException($"the numbers of '{name}' contradict one another");
    }

    /// <summary>An object; or an array, if an id is stored with it.</summary>
    private static RawJson ReadItem(JsonElement item) => item.ValueKind is JsonValueKind.Object or JsonValueKind.Array
        ? JsonInput.Copy(item)
        : throw new JsonException("an item of 'tail' is neither an object nor an array");
}
