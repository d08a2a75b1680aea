using System.Text.Json;

namespace OrleansRegistry.Requests;

/// <summary>
/// The requests that a record remembers: its member <c>requests</c>, an array of <c>{"key","print","at","result"}</c>, oldest first.
/// </summary>
internal static class RequestMarksJson
{
    private const string Member = "requests";

    /// <param name="marks">Null writes nothing.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<RequestMark>? marks)
    {
        if (marks is null)
        {
            return;
        }

        json.WriteStartArray(Member);
        foreach (var mark in marks)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, mark.Key);
            json.WriteString("print"u8, mark.Print);
            json.WriteString("at"u8, mark.At);
            json.WriteNumber("result"u8, mark.Result);
            StoredObject.WriteUnknown(json, mark.Unknown);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <returns>Null where the record has none.</returns>
    public static IReadOnlyList<RequestMark>? Read(StoredObject record) => record.Has(Member) ? record.Array(Member, ReadMark) : null;

    private static RequestMark ReadMark(JsonElement json)
    {
        var mark = new StoredObject(json, Member);
        return new RequestMark(mark.Text("key"), mark.Text("print"), mark.Time("at"), mark.Number("result")) { Unknown = mark.Unknown() };
    }
}
