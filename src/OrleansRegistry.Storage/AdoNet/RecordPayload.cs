using System.Buffers;
using System.Text.Json;

namespace OrleansRegistry.Storage.AdoNet;

/// <summary>
/// A record as the grain state that the ADO.NET provider keeps: one JSON object with the record's <c>fields</c> and last the
/// <c>document</c>, byte for byte.
/// </summary>
internal sealed class RecordPayload
{
    private static readonly byte[] BeforeDocument = [.. ",\"document\":"u8];

    /// <summary>What is stored.</summary>
    public RecordBody Body { get; private init; }

    /// <summary>The revision of the record's last change; only where it was read.</summary>
    public long Revision { get; private init; }

    private string? LongId { get; init; }

    public static RecordPayload Of(string? longId, RecordBody body) => new() { LongId = longId, Body = body };

    /// <exception cref="JsonException">The bytes are not a payload of <see cref="ToUtf8"/>.</exception>
    public static RecordPayload Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        var revision = 0L;
        var fields = default(RawJson);
        var document = default(RawJson);
        reader.Read();
        while (document.IsEmpty && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("document"u8))
            {
                document = RawJson.FromValid(utf8[(int)reader.BytesConsumed..^1]);
            }
            else if (reader.ValueTextEquals("revision"u8) && reader.Read())
            {
                revision = reader.GetInt64();
            }
            else if (reader.ValueTextEquals("fields"u8) && reader.Read() && reader.TokenType != JsonTokenType.Null)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                fields = RawJson.FromValid(utf8[start..(int)reader.BytesConsumed]);
            }
            else
            {
                reader.Skip();
            }
        }

        return new RecordPayload { Body = new RecordBody(document, fields), Revision = revision };
    }

    public byte[] ToUtf8()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteHead(writer);
        }

        var head = buffer.WrittenSpan;
        var document = Body.Document.Span;
        return document.IsEmpty ? head.ToArray() : [.. head[..^1], .. BeforeDocument, .. document, (byte)'}'];
    }

    private void WriteHead(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteGiven("long_id", LongId);
        writer.WritePropertyName("fields"u8);
        if (Body.Fields.IsEmpty)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteRawValue(Body.Fields.Span, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }
}
