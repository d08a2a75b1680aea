using System.Text.Json;

namespace OrleansRegistry.Contexts;

/// <summary>
/// Contexts' heads as stores hold them. The document has <c>generation</c> and <c>messages</c> (see <see cref="LogJson"/>), and where there are such
/// <c>swept</c>, <c>requests</c> and <c>deleting</c>; all else is in the fields: the columns. A context that is being deleted has its owner in the
/// document only, as a task has.
/// </summary>
internal static class ContextKind
{
    public static RecordColumn Owner { get; } = RecordColumn.Text("owner", required: true);

    public static RecordColumn Data { get; } = RecordColumn.Json("context_data");

    public static RecordColumn CreatedAt { get; } = RecordColumn.Time("created_at", required: true);

    public static RecordColumn UpdatedAt { get; } = RecordColumn.Time("updated_at", required: true);

    public static RecordKind Kind { get; } = new()
    {
        Number = 3,
        Name = "context",
        Table = "context_records",
        Columns = [Owner, Data, CreatedAt, UpdatedAt],
        Orders = [new RecordOrder(UpdatedAt)],
        Groups = [Owner],
    };

    public static RecordBody Write(ContextHead head) => new(FieldsWriter.Write(head, WriteDocument), FieldsWriter.Write(head, WriteFields));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static ContextHead Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, ReadHead);

    private static ContextHead ReadHead(StoredRecord stored)
    {
        using var fieldsDocument = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        using var document = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        var fields = new StoredObject(fieldsDocument.RootElement, "fields");
        var root = new StoredObject(document.RootElement, "document");
        var messages = LogJson.Read(root, "messages");
        var owner = fields.Text("owner");
        var deletingOwner = root.TextOrNull("deleting");
        var context = new ContextRecord
        {
            Tenant = stored.Key.Tenant,
            Id = stored.Key.Id,
            Owner = deletingOwner ?? owner,
            Data = fields.Raw("context_data"),
            Generation = root.Number("generation"),
            CreatedAt = fields.Time("created_at"),
            UpdatedAt = fields.Time("updated_at"),
            MessageCount = messages.Count,
        };
        return new ContextHead(context, messages, root.NumberOrNull("swept") ?? 0, deletingOwner is not null)
        {
            Requests = RequestMarksJson.Read(root) ?? [],
            Unknown = new UnknownMembers(root.Unknown(), fields.Unknown()),
        };
    }

    private static void WriteFields(Utf8JsonWriter json, ContextHead head)
    {
        var context = head.Context;
        json.WriteString("owner"u8, head.Deleting ? TaskKind.Nobody : context.Owner);
        json.WriteString("created_at"u8, context.CreatedAt);
        json.WriteString("updated_at"u8, context.UpdatedAt);
        if (!context.Data.IsEmpty)
        {
            json.WritePropertyName("context_data"u8);
            json.WriteRawValue(context.Data.Span, skipInputValidation: true);
        }

        StoredObject.WriteUnknown(json, head.Unknown.Fields);
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
