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
        var fields = new ContextFields(head.Deleting ? "" : context.Owner, context.CreatedAt, context.UpdatedAt, context.Data) { Unknown = head.Unknown.Fields };
        return new RecordBody(FieldsWriter.Write(head, WriteDocument), fields.Write()) { Source = fields };
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static ContextHead Read(StoredRecord stored) => StoredRecords.Read(RecordKind.Context, stored, ReadHead);

    private static ContextHead ReadHead(StoredRecord stored)
    {
        var fields = ContextFields.Of(stored);
        using var document = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        var root = new StoredObject(document.RootElement, "document");
        var messages = LogJson.Read(root, "messages");
        var deletingOwner = root.TextOrNull("deleting");
        var context = new ContextRecord
        {
            Tenant = stored.Key.Tenant,
            Id = stored.Key.Id,
            Owner = deletingOwner ?? fields.Owner,
            Data = fields.Data,
            Generation = root.Number("generation"),
            CreatedAt = fields.CreatedAt,
            UpdatedAt = fields.UpdatedAt,
            MessageCount = messages.Count,
        };
        return new ContextHead(context, messages, root.NumberOrNull("swept") ?? 0, deletingOwner is not null)
        {
            Requests = RequestMarksJson.Read(root) ?? [],
            Unknown = new UnknownMembers(root.Unknown(), fields.Unknown),
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

        StoredObject.WriteUnknown(json, head.Unknown.Document);
    }
}
