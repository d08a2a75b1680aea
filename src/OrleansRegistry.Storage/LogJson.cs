using System.Text.Json;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>
/// Logs as stores hold them: the head's part is <c>{"pages":…,"count":…,"bytes":…,"tail":[…]}</c>, with <c>base</c> where pages were cleared; a page's document is the array of
/// its items, its fields are <c>first</c>, <c>count</c> and, where items have ids, <c>digest</c> in base64.
/// </summary>
public static class LogJson
{
    public static RecordBody WritePage(LogPage page) => new(page.Items, FieldsWriter.Write(page, static (json, page) =>
    {
        json.WriteNumber("first"u8, page.First);
        json.WriteNumber("count"u8, page.Count);
        if (page.Digest.Length > 0)
        {
            json.WriteBase64String("digest"u8, page.Digest);
        }
    }));

    /// <exception cref="JsonException">The record is none that <see cref="WritePage"/> made.</exception>
    public static LogPage ReadPage(StoredRecord stored)
    {
        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8);
        var fields = document.RootElement;
        return new LogPage(
            fields.GetProperty("first"u8).GetInt64(),
            fields.GetProperty("count"u8).GetInt32(),
            stored.Body.Document,
            fields.TryGetProperty("digest"u8, out var digest) ? digest.GetBytesFromBase64() : []);
    }

    public static RecordBody WriteFeedback(FeedbackHead feedback) => new(
        FieldsWriter.Write(feedback, static (json, feedback) =>
        {
            Write(json, "items"u8, feedback.Items);
            RequestMarksJson.Write(json, feedback.Requests is [] ? null : feedback.Requests);
        }),
        FieldsWriter.Write(feedback, static (json, feedback) => json.WriteNumber("count"u8, feedback.Items.Count)));

    /// <exception cref="JsonException">The record is none that <see cref="WriteFeedback"/> made.</exception>
    public static FeedbackHead ReadFeedback(StoredRecord stored)
    {
        using var document = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        var root = document.RootElement;
        return new FeedbackHead(Read(root.GetProperty("items"u8))) { Requests = RequestMarksJson.Read(root) ?? [] };
    }

    internal static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, LogHead log)
    {
        json.WriteStartObject(name);
        if (log.Base > 0)
        {
            json.WriteNumber("base"u8, log.Base);
        }

        json.WriteNumber("pages"u8, log.Pages);
        json.WriteNumber("count"u8, log.Count);
        if (log.Bytes is { } bytes)
        {
            json.WriteNumber("bytes"u8, bytes);
        }

        json.WriteStartArray("tail"u8);
        foreach (var item in log.Tail)
        {
            json.WriteRawValue(item.Span, skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal static LogHead Read(JsonElement log)
    {
        var tail = log.GetProperty("tail"u8);
        var items = new RawJson[tail.GetArrayLength()];
        var next = 0;
        foreach (var item in tail.EnumerateArray())
        {
            items[next++] = JsonInput.Copy(item);
        }

        return new LogHead(
            log.TryGetProperty("base"u8, out var first) ? first.GetInt64() : 0,
            log.GetProperty("pages"u8).GetInt64(),
            log.GetProperty("count"u8).GetInt64(),
            items,
            log.TryGetProperty("bytes"u8, out var bytes) ? bytes.GetInt64() : null);
    }
}
