using System.Text.Json;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>The requests that a record remembers: its member <c>requests</c>, an array of <c>{"key","print","at","result"}</c>, oldest first.</summary>
internal static class RequestMarksJson
{
    private static ReadOnlySpan<byte> Name => "requests"u8;

    /// <param name="marks">Null writes nothing.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<RequestMark>? marks)
    {
        if (marks is null)
        {
            return;
        }

        json.WriteStartArray(Name);
        foreach (var mark in marks)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, mark.Key);
            json.WriteString("print"u8, mark.Print);
            json.WriteString("at"u8, mark.At);
            json.WriteNumber("result"u8, mark.Result);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <returns>Null where the record has none.</returns>
    public static IReadOnlyList<RequestMark>? Read(JsonElement record) => record.TryGetProperty(Name, out var marks)
        ? [.. marks.EnumerateArray().Select(mark => new RequestMark(
            mark.GetProperty("key"u8).GetString()!,
            mark.GetProperty("print"u8).GetString()!,
            mark.GetProperty("at"u8).GetDateTimeOffset(),
            mark.GetProperty("result"u8).GetInt64()))]
        : null;
}
