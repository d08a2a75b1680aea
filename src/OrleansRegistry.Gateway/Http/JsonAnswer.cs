using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace OrleansRegistry.Gateway.Http;

/// <summary>One JSON answer, built in a buffer that is used again. It is sent whole, or where it grows large and its writer drains it, in parts.</summary>
internal sealed class JsonAnswer
{
    private const int KeptCapacity = 1024 * 1024;
    private const int PartBytes = 64 * 1024;

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

    /// <summary>Sends what there is so far if it is much: headers must be set, and the status be 200.</summary>
    public ValueTask DrainAsync(HttpContext context) => buffer.WrittenCount + Json.BytesPending < PartBytes ? default : SendPartAsync(context);

    /// <summary>Gives back an answer that is not sent this way.</summary>
    public void Return() => Pool.Return(this);

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

        await response.BodyWriter.WriteAsync(body, context.RequestAborted);
        Pool.Return(this);
    }

    private async ValueTask SendPartAsync(HttpContext context)
    {
        var part = Written();
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = JsonContentType.Json;
        }

        await context.Response.BodyWriter.WriteAsync(part, context.RequestAborted);
        buffer.ResetWrittenCount();
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
