using System.Text.Json;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>What stores index of a context; kept as its record's fields, one JSON object with these names in snake_case.</summary>
/// <param name="Data">One JSON object; empty where there is none. On PostgreSQL it can be queried by hand.</param>
public sealed record ContextFields(string Owner, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, RawJson Data)
{
    /// <summary>Members that a newer version wrote, as one JSON object; empty where there are none.</summary>
    public RawJson Unknown { get; init; }

    /// <summary>The time by which a listed record has its place, whether this version can read the record or not.</summary>
    public static DateTimeOffset PlaceOf(StoredRecord listed) => listed.ListedAt ?? Of(listed).UpdatedAt;

    /// <exception cref="JsonException">The record's fields are none that <see cref="Write"/> made.</exception>
    public static ContextFields Of(StoredRecord context) => context.Body.Source as ContextFields ?? Read(context.Body.Fields);

    /// <exception cref="JsonException">The fields are none that <see cref="Write"/> made.</exception>
    public static ContextFields Read(RawJson fields)
    {
        using var document = JsonDocument.Parse(fields.Utf8, JsonInput.Stored);
        var root = new StoredObject(document.RootElement, "fields");
        return new ContextFields(root.Text("owner"), root.Time("created_at"), root.Time("updated_at"), root.Raw("data")) { Unknown = root.Unknown() };
    }

    public RawJson Write() => FieldsWriter.Write(this, static (json, context) =>
    {
        json.WriteString("owner"u8, context.Owner);
        json.WriteString("created_at"u8, context.CreatedAt);
        json.WriteString("updated_at"u8, context.UpdatedAt);
        if (!context.Data.IsEmpty)
        {
            json.WritePropertyName("data"u8);
            json.WriteRawValue(context.Data.Span, skipInputValidation: true);
        }

        StoredObject.WriteUnknown(json, context.Unknown);
    });
}
