using System.Text.Json;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>What stores index of a context; kept as its record's fields, one JSON object with these names in snake_case.</summary>
/// <param name="Data">One JSON object; empty where there is none. On PostgreSQL it can be queried by hand.</param>
public sealed record ContextFields(string Owner, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, RawJson Data)
{
    /// <exception cref="JsonException">The fields are none that <see cref="Write"/> made.</exception>
    public static ContextFields Read(RawJson fields)
    {
        using var document = JsonDocument.Parse(fields.Utf8, JsonInput.Stored);
        var root = document.RootElement;
        return new ContextFields(
            root.GetProperty("owner"u8).GetString()!,
            root.GetProperty("created_at"u8).GetDateTimeOffset(),
            root.GetProperty("updated_at"u8).GetDateTimeOffset(),
            root.TryGetProperty("data"u8, out var data) ? JsonInput.Copy(data) : default);
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
    });
}
