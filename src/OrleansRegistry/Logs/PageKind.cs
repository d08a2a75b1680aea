using System.Text.Json;

namespace OrleansRegistry.Logs;

/// <summary>
/// Pages of history, artifacts and feedback, written once and never queried: the document is the array of the items, the fields are <c>first</c>,
/// <c>count</c> and, where items have ids, <c>digest</c> in base64.
/// </summary>
internal static class PageKind
{
    public static RecordKind Kind { get; } = new() { Number = 5, Name = "page", Table = "record_pages", IsBulk = true };

    public static RecordBody Write(LogPage page) => new(page.Items, FieldsWriter.Write(page, static (json, page) =>
    {
        json.WriteNumber("first"u8, page.First);
        json.WriteNumber("count"u8, page.Count);
        if (page.Digest.Length > 0)
        {
            json.WriteBase64String("digest"u8, page.Digest);
        }
    }));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static LogPage Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var fields = new StoredObject(document.RootElement, "fields");
        var count = (int)fields.Number("count");
        using var items = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        return items.RootElement.ValueKind == JsonValueKind.Array && items.RootElement.GetArrayLength() == count
            ? new LogPage(fields.Number("first"), count, stored.Body.Document, Convert.FromBase64String(fields.TextOrNull("digest") ?? ""))
            : throw new JsonException($"the document is not an array of {count} items");
    });
}
