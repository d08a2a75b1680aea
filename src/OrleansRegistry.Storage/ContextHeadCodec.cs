using System.Text.Json;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>
/// A context's head as stores hold it. The document has <c>generation</c> and <c>messages</c> (see <see cref="LogJson"/>), and where there are such <c>swept</c>, <c>requests</c> and
/// <c>deleting</c>; all else is in the fields, <see cref="ContextFields"/>. One that is being deleted has its owner in the document only, as a task's.
/// </summary>
public static class ContextHeadCodec
{
    public static RecordBody Write(ContextHead head)
    {
        var context = head.Context;
        var fields = new ContextFields(head.Deleting ? "" : context.Owner, context.CreatedAt, context.UpdatedAt, context.Data);
        return new RecordBody(FieldsWriter.Write(head, WriteDocument), fields.Write()) { Source = fields };
    }

    /// <exception cref="JsonException">The record is none that <see cref="Write"/> made.</exception>
    public static ContextHead Read(StoredRecord stored)
    {
        var fields = ContextFields.Of(stored);
        using var document = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        var root = document.RootElement;
        var messages = LogJson.Read(root.GetProperty("messages"u8));
        var deletingOwner = root.TryGetProperty("deleting"u8, out var deleting) ? deleting.GetString() : null;
        var context = new ContextRecord
        {
            Tenant = stored.Key.Tenant,
            Id = stored.Key.Id,
            Owner = deletingOwner ?? fields.Owner,
            Data = fields.Data,
            Generation = root.GetProperty("generation"u8).GetInt64(),
            CreatedAt = fields.CreatedAt,
            UpdatedAt = fields.UpdatedAt,
            MessageCount = messages.Count,
        };
        return new ContextHead(context, messages, root.TryGetProperty("swept"u8, out var swept) ? swept.GetInt64() : 0, deletingOwner is not null)
        {
            Requests = RequestMarksJson.Read(root) ?? [],
        };
    }

    private static void WriteDocument(Utf8JsonWriter json, ContextHead head)
    {
        json.WriteNumber("generation"u8, head.Context.Generation);
        LogJson.Write(json, "messages"u8, head.Messages);
        if (head.Swept > 0)
        {
            json.WriteNumber("swept"u8, head.Swept);
        }

        RequestMarksJson.Write(json, head.Requests is [] ? null : head.Requests);
        if (head.Deleting)
        {
            json.WriteString("deleting"u8, head.Context.Owner);
        }
    }
}
