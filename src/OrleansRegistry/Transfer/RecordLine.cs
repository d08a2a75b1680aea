using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace OrleansRegistry.Transfer;

/// <summary>
/// One record as a line: <c>{"kind":…,"tenant":…,"id":…,"version":…,"document":…,"fields":…}</c>. The version is an agent's revision; other kinds have
/// none, as theirs mean something to one store alone. A document that is not one line by itself goes as a string, <c>documentText</c>. With
/// <c>"gone":true</c> in place of all that, it takes back the head told last, with its pages.
/// </summary>
/// <param name="Kind">The name of the kind.</param>
/// <param name="Version">0 where there is none.</param>
internal sealed record RecordLine(string Kind, RecordKey Key, long Version, RecordBody Body, bool IsGone = false)
{
    private const int Depth = JsonInput.MaxDepth + 24;

    private static readonly JsonReaderOptions Reading = new() { MaxDepth = Depth };

    public static JsonWriterOptions Writing { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = Depth };

    /// <summary>Writes a line, without its end.</summary>
    public static void Write(Utf8JsonWriter json, RecordKind kind, StoredRecord record)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, kind.Name);
        json.WriteString("tenant"u8, record.Key.Tenant);
        json.WriteString("id"u8, record.Key.Id);
        if (kind == AgentKind.Kind)
        {
            json.WriteNumber("version"u8, record.Version);
        }

        Write(json, "document"u8, "documentText"u8, record.Body.Document);
        Write(json, "fields"u8, "fieldsText"u8, record.Body.Fields);
        json.WriteEndObject();
    }

    public static void WriteGone(Utf8JsonWriter json, RecordKind kind, RecordKey key)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, kind.Name);
        json.WriteString("tenant"u8, key.Tenant);
        json.WriteString("id"u8, key.Id);
        json.WriteBoolean("gone"u8, true);
        json.WriteEndObject();
    }

    /// <exception cref="JsonException">It is not such a line: what is wrong with it.</exception>
    public static RecordLine Read(ReadOnlySpan<byte> line)
    {
        if (!Utf8.IsValid(line))
        {
            throw new JsonException("it is not valid UTF-8");
        }

        var reader = new Utf8JsonReader(line, Reading);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("it is not a JSON object");
        }

        string? kind = null;
        string? tenant = null;
        string? id = null;
        var version = 0L;
        var document = default(RawJson);
        var fields = default(RawJson);
        var isGone = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("kind"u8))
            {
                kind = Text(ref reader, "kind");
            }
            else if (reader.ValueTextEquals("tenant"u8))
            {
                tenant = Text(ref reader, "tenant");
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                id = Text(ref reader, "id");
            }
            else if (reader.ValueTextEquals("version"u8))
            {
                version = reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number > 0
                    ? number
                    : throw new JsonException("'version' is not a whole number from 1");
            }
            else if (reader.ValueTextEquals("document"u8))
            {
                document = Raw(line, ref reader);
            }
            else if (reader.ValueTextEquals("documentText"u8))
            {
                document = RawJson.FromValid(Encoding.UTF8.GetBytes(Text(ref reader, "documentText")));
            }
            else if (reader.ValueTextEquals("fields"u8))
            {
                fields = Raw(line, ref reader);
            }
            else if (reader.ValueTextEquals("fieldsText"u8))
            {
                fields = RawJson.FromValid(Encoding.UTF8.GetBytes(Text(ref reader, "fieldsText")));
            }
            else if (reader.ValueTextEquals("gone"u8))
            {
                isGone = reader.Read() && reader.TokenType == JsonTokenType.True ? true : throw new JsonException("'gone' is not true");
            }
            else
            {
                throw new JsonException($"this version does not know the member '{Shorten(reader.GetString()!)}'");
            }
        }

        if (reader.Read())
        {
            throw new JsonException("something follows its object");
        }

        return new RecordLine(
            kind ?? throw new JsonException("'kind' is missing"),
            new RecordKey(tenant ?? throw new JsonException("'tenant' is missing"), id ?? throw new JsonException("'id' is missing")),
            version,
            new RecordBody(document, fields),
            isGone);
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>: the document is not JSON.</exception>
    public static void CheckJson(RecordKind kind, StoredRecord stored) => StoredRecords.Read(kind, stored, static stored =>
    {
        var reader = new Utf8JsonReader(stored.Body.Document.Span, Reading);
        while (reader.Read())
        {
        }

        return true;
    });

    /// <summary>What is quoted of a text that may be long.</summary>
    public static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> asText, RawJson document)
    {
        if (document.IsEmpty)
        {
            return;
        }

        if (IsOneLine(document.Span))
        {
            json.WritePropertyName(name);
            json.WriteRawValue(document.Span, skipInputValidation: true);
        }
        else
        {
            json.WriteString(asText, document.Span);
        }
    }

    /// <summary>Whether it can be a part of a line, and its bytes be found there again.</summary>
    private static bool IsOneLine(ReadOnlySpan<byte> document) =>
        document[0] > (byte)' ' && document[^1] > (byte)' ' && document.IndexOfAny((byte)'\n', (byte)'\r') < 0;

    private static string Text(ref Utf8JsonReader reader, string name)
    {
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.String
                ? reader.GetString()!
                : throw new JsonException($"'{name}' is not a string");
        }
        catch (InvalidOperationException half)
        {
            throw new JsonException($"'{name}' holds half of a surrogate pair", half);
        }
    }

    private static RawJson Raw(ReadOnlySpan<byte> line, ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return RawJson.FromValid(line[start..(int)reader.BytesConsumed]);
    }
}
