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

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static LogPage ReadPage(StoredRecord stored) => StoredRecords.Read(RecordKind.Page, stored, static stored =>
    {
        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var fields = new StoredObject(document.RootElement, "fields");
        var count = (int)fields.Number("count");
        using var items = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        return items.RootElement.ValueKind == JsonValueKind.Array && items.RootElement.GetArrayLength() == count
            ? new LogPage(fields.Number("first"), count, stored.Body.Document, Convert.FromBase64String(fields.TextOrNull("digest") ?? ""))
            : throw new JsonException($"the document is not an array of {count} items");
    });

    public static RecordBody WriteFeedback(FeedbackHead feedback) => new(
        FieldsWriter.Write(feedback, static (json, feedback) =>
        {
            Write(json, "items"u8, feedback.Items);
            RequestMarksJson.Write(json, feedback.Requests is [] ? null : feedback.Requests);
            StoredObject.WriteUnknown(json, feedback.Unknown.Document);
        }),
        FieldsWriter.Write(feedback, static (json, feedback) =>
        {
            json.WriteNumber("count"u8, feedback.Items.Count);
            StoredObject.WriteUnknown(json, feedback.Unknown.Fields);
        }));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static FeedbackHead ReadFeedback(StoredRecord stored) => StoredRecords.Read(RecordKind.Feedback, stored, static stored =>
    {
        using var document = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        using var beside = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var (root, fields) = (new StoredObject(document.RootElement, "document"), new StoredObject(beside.RootElement, "fields"));
        _ = fields.Has("count");
        return new FeedbackHead(Read(root, "items")) { Requests = RequestMarksJson.Read(root) ?? [], Unknown = new UnknownMembers(root.Unknown(), fields.Unknown()) };
    });

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
        StoredObject.WriteUnknown(json, log.Unknown);
        json.WriteEndObject();
    }

    /// <exception cref="JsonException">There is no such log.</exception>
    internal static LogHead Read(StoredObject owner, string name)
    {
        var log = owner.ObjectOrNull(name) ?? throw new JsonException($"'{name}' is missing");
        var tail = log.Array("tail", ReadItem);
        var (before, pages, count, bytes) = (log.NumberOrNull("base") ?? 0, log.Number("pages"), log.Number("count"), log.NumberOrNull("bytes"));
        return pages >= before && count >= tail.Length
            ? new LogHead(before, pages, count, tail, bytes) { Unknown = log.Unknown() }
            : throw new JsonException($"the numbers of '{name}' contradict one another");
    }

    /// <summary>An object; or an array, where an id lies beside it.</summary>
    private static RawJson ReadItem(JsonElement item) => item.ValueKind is JsonValueKind.Object or JsonValueKind.Array
        ? JsonInput.Copy(item)
        : throw new JsonException("an item of 'tail' is neither an object nor an array");
}
