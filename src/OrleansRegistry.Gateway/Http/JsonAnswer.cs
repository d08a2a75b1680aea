using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace OrleansRegistry.Gateway.Http;

/// <summary>One JSON answer that is built whole before it is sent, in a buffer that is used again.</summary>
internal sealed class JsonAnswer
{
    private const int KeptCapacity = 1024 * 1024;

    private static readonly ObjectPool<JsonAnswer> Pool = new DefaultObjectPool<JsonAnswer>(new Policy(), Environment.ProcessorCount * 4);

    // The answer is application/json and never part of a page, so text need not be escaped beyond what JSON asks for.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> buffer = new(1024);

    private JsonAnswer() => Json = new Utf8JsonWriter(buffer, Options);

    public Utf8JsonWriter Json { get; }

    /// <summary>An empty answer; <see cref="SendAsync"/> gives it back.</summary>
    public static JsonAnswer Rent() => Pool.Get();

    /// <summary>The answer so far; valid until it is sent.</summary>
    public ReadOnlyMemory<byte> Written()
    {
        Json.Flush();
        return buffer.WrittenMemory;
    }

    public async Task SendAsync(HttpContext context, int status = StatusCodes.Status200OK, string contentType = JsonContentType.Json)
    {
        var body = Written();
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body, context.RequestAborted);
        Pool.Return(this);
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
            return true;
        }
    }
}
