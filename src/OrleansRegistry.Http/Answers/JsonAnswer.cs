using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace OrleansRegistry.Http;

/// <summary>
/// One JSON answer, built in a buffer that is used again. It is sent whole, or where it grows large and its writer drains it, in parts.
/// </summary>
internal sealed class JsonAnswer
{
    private const int KeptCapacity = 1024 * 1024;
    private const int PartBytes = 64 * 1024;

    private static readonly ObjectPool<JsonAnswer> Pool = new DefaultObjectPool<JsonAnswer>(new Policy(), Environment.ProcessorCount * 4);

    // The answer is application/json and never part of a page, so text need not be escaped beyond what JSON asks for.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> buffer = new(1024);
    private long sent;

    private JsonAnswer() => Json = new Utf8JsonWriter(buffer, Options);

    public Utf8JsonWriter Json { get; }

    /// <summary>An empty answer; <see cref="SendAsync"/> gives it back.</summary>
    public static JsonAnswer Rent() => Pool.Get();

    /// <summary>An answer that is one object, to which members are written; <see cref="SendObjectAsync"/> ends it.</summary>
    public static JsonAnswer RentObject()
    {
        var answer = Rent();
        answer.Json.WriteStartObject();
        return answer;
    }

    /// <summary>The answer so far; valid until it is sent.</summary>
    public ReadOnlyMemory<byte> Written()
    {
        Json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Where the answer goes; null for the response. Not kept for the next answer.</summary>
    public Func<ReadOnlyMemory<byte>, ValueTask>? Sink { get; set; }

    /// <summary>How many bytes the answer has so far, sent or not.</summary>
    public long Bytes => sent + buffer.WrittenCount + Json.BytesPending;

    /// <summary>Sends what there is so far if it is much: headers and status must be set.</summary>
    public ValueTask DrainAsync(HttpContext context) => buffer.WrittenCount + Json.BytesPending < PartBytes ? default : SendPartAsync(context);

    /// <summary>
    /// Writes a document of somebody else's, and sends what there is if it is much. A large document is sent from its own bytes, and not copied.
    /// </summary>
    public ValueTask WriteDocumentAsync(HttpContext context, RawJson document)
    {
        if (document.Length > PartBytes)
        {
            return SendDocumentAsync(context, document);
        }

        Json.WriteDocument(document);
        return DrainAsync(context);
    }

    /// <summary>The same, as a member. Omitted when there is no document.</summary>
    public ValueTask WriteDocumentAsync(HttpContext context, string name, RawJson document)
    {
        if (document.IsEmpty)
        {
            return default;
        }

        Json.WritePropertyName(name);
        return WriteDocumentAsync(context, document);
    }

    /// <summary>The same, of several as one array; omitted if there are none.</summary>
    public async ValueTask WriteDocumentsAsync(HttpContext context, string name, IReadOnlyList<RawJson>? documents)
    {
        if (documents is not { Count: > 0 })
        {
            return;
        }

        Json.WriteStartArray(name);
        foreach (var document in documents)
        {
            await WriteDocumentAsync(context, document);
        }

        Json.WriteEndArray();
    }

    /// <summary>Sends what is left to <see cref="Sink"/>, and gives the answer back.</summary>
    public async ValueTask FinishAsync()
    {
        await Sink!(Written());
        Return();
    }

    /// <summary>Gives back an answer that is not sent this way.</summary>
    public void Return() => Pool.Return(this);

    public Task SendObjectAsync(HttpContext context, int status = StatusCodes.Status200OK, string contentType = JsonContentType.Json)
    {
        Json.WriteEndObject();
        return SendAsync(context, status, contentType);
    }

    public async Task SendAsync(HttpContext context, int status = StatusCodes.Status200OK, string contentType = JsonContentType.Json)
    {
        var body = Written();
        var response = context.Response;
        if (!response.HasStarted)
        {
            response.StatusCode = status;
            response.ContentType = contentType;
            response.ContentLength = body.Length;
        }

        await SlowReaders.SendAsync(context, body);
        Pool.Return(this);
    }

    private async ValueTask SendPartAsync(HttpContext context)
    {
        await SendAsync(context, Written());
        sent += buffer.WrittenCount;
        buffer.ResetWrittenCount();
    }

    private async ValueTask SendDocumentAsync(HttpContext context, RawJson document)
    {
        // Writing the first byte through the writer lets it add the comma that it needs.
        Json.WriteRawValue(document.Span[..1], skipInputValidation: true);
        await SendPartAsync(context);
        await SendAsync(context, document.Utf8[1..]);
        sent += document.Length - 1;
    }

    private ValueTask SendAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        if (Sink is not null)
        {
            return Sink(bytes);
        }

        if (!context.Response.HasStarted)
        {
            context.Response.ContentType ??= JsonContentType.Json;
        }

        return SlowReaders.SendAsync(context, bytes);
    }

    private sealed class Policy : PooledObjectPolicy<JsonAnswer>
    {
        public override JsonAnswer Create() => new();

        public override bool Return(JsonAnswer obj)
        {
            if (obj.buffer.Capacity > KeptCapacity)
            {
                return false;
            }

            obj.buffer.ResetWrittenCount();
            obj.Json.Reset();
            obj.sent = 0;
            obj.Sink = null;
            return true;
        }
    }
}
