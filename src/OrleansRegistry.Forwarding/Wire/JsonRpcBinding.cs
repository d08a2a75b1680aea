using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.Forwarding.Wire;

/// <summary>JSON-RPC, as A2A 1.0 and 0.3 have it.</summary>
/// <param name="tenant">What the card wants in each request; null for nothing.</param>
/// <param name="isV03">Whether the agent speaks 0.3.</param>
/// <param name="secrets">What is left out of errors.</param>
/// <remarks>Source: A2A 1.0, 9; A2A 0.3, 7.</remarks>
internal sealed class JsonRpcBinding(Uri url, string? tenant, bool isV03, SecretTexts secrets) : IBinding
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public HttpRequestMessage Send(ReadOnlyMemory<byte> request, bool streams)
    {
        using var document = JsonDocument.Parse(isV03 ? new Translation(RequestShape.SendToV03).Apply(request) : request, JsonInput.Stored);
        var parameters = document.RootElement;
        return streams
            ? Call(isV03 ? "message/stream" : "SendStreamingMessage", parameters)
            : Call(isV03 ? "message/send" : "SendMessage", parameters);
    }

    public HttpRequestMessage GetTask(string id) => Call(isV03 ? "tasks/get" : "GetTask", id);

    public HttpRequestMessage CancelTask(string id) => Call(isV03 ? "tasks/cancel" : "CancelTask", id);

    public HttpRequestMessage Subscribe(string id) => Call(isV03 ? "tasks/resubscribe" : "SubscribeToTask", id);

    public JsonElement ReadTask(JsonElement answer) => Translated(ResultOf(answer), TaskShape.ToV10);

    public JsonElement ReadEvent(JsonElement answer) => Translated(ResultOf(answer), EventShape.ToV10);

    public RemoteFault? ReadError(JsonElement body) =>
        body.Find("error") is { ValueKind: JsonValueKind.Object } error ? RemoteFault.Of(error, secrets) : null;

    private JsonElement ResultOf(JsonElement answer) => ReadError(answer) is { } fault
        ? throw fault
        : answer.Find("result") ?? throw RemoteFault.Unreadable("it has neither a result nor an error");

    private JsonElement Translated(JsonElement result, Translation translation)
    {
        if (!isV03)
        {
            return result;
        }

        using var document = JsonDocument.Parse(translation.Apply(result), JsonInput.Stored);
        return document.RootElement.Clone();
    }

    private HttpRequestMessage Call(string method, string id) => Call(method, json => json.WriteString("id"u8, id));

    private HttpRequestMessage Call(string method, JsonElement parameters) => Call(method, json =>
    {
        foreach (var member in parameters.EnumerateObject())
        {
            member.WriteTo(json);
        }
    });

    private HttpRequestMessage Call(string method, Action<Utf8JsonWriter> parameters)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WriteString("id"u8, Guid.NewGuid());
            json.WriteString("method"u8, method);
            json.WriteStartObject("params"u8);
            if (tenant is not null && !isV03)
            {
                json.WriteString("tenant"u8, tenant);
            }

            parameters(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ReadOnlyMemoryContent(body.WrittenMemory) { Headers = { ContentType = Json } },
        };
    }
}
