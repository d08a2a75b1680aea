using System.Text.Json;

namespace OrleansRegistry.Storage;

/// <summary>
/// The values of a kind's columns in one record, in the order of the declaration: string (as <see cref="KeyText.Value"/>), UTC DateTime, long, bool,
/// JSON bytes; null if the record has none.
/// </summary>
internal static class ColumnValues
{
    /// <summary>The values; null where the fields do not have what the declaration requires, and for a kind without columns.</summary>
    public static object?[]? Read(RecordKind kind, RawJson fields)
    {
        if (kind.Columns.Count == 0 || fields.IsEmpty)
        {
            return null;
        }

        var values = new object?[kind.Columns.Count];
        try
        {
            if (!TryRead(kind, fields, values))
            {
                return null;
            }
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
        {
            // Whoever reads the record reports it; the store keeps what it is given.
            return null;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (kind.Columns[i].IsRequired && values[i] is null)
            {
                return null;
            }
        }

        return values;
    }

    private static bool TryRead(RecordKind kind, RawJson fields, object?[] values)
    {
        var reader = new Utf8JsonReader(fields.Span, JsonInput.StoredReader);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var place = PlaceOf(kind, ref reader);
            reader.Read();
            if (place < 0)
            {
                reader.Skip();
            }
            else if (!TryRead(kind.Columns[place], fields, ref reader, out values[place]))
            {
                return false;
            }
        }

        return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
    }

    private static int PlaceOf(RecordKind kind, ref Utf8JsonReader reader)
    {
        for (var i = 0; i < kind.Columns.Count; i++)
        {
            if (reader.ValueTextEquals(kind.Columns[i].Name))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool TryRead(RecordColumn column, RawJson fields, ref Utf8JsonReader reader, out object? value)
    {
        value = null;
        switch (column.Type)
        {
            case ColumnType.Text when reader.TokenType == JsonTokenType.String:
                value = KeyText.Value(reader.GetString()!);
                return true;
            case ColumnType.Time when reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time):
                value = time.UtcDateTime;
                return true;
            case ColumnType.Number when reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number):
                value = number;
                return true;
            case ColumnType.Flag when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                value = reader.GetBoolean();
                return true;
            case ColumnType.Json when reader.TokenType == JsonTokenType.StartObject:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                value = fields.Utf8[start..(int)reader.BytesConsumed];
                return true;
            default:
                return false;
        }
    }
}
