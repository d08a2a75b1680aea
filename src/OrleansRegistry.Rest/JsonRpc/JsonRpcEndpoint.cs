using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.JsonRpc;

/// <summary><c>POST /jsonrpc</c>: single calls, batches and notifications. Errors of calls are answered with HTTP 200.</summary>
/// <remarks>Source: JSON-RPC 2.0.</remarks>
internal sealed class JsonRpcEndpoint(JsonRpcMethods methods, FaultHandler faults, RegistryHttpOptions http, RegistryRestOptions options)
{
    // Deeper than any card may be, so that a card that is too deep is refused as a card.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = JsonInput.MaxDepth * 8 };

    public void Map(ApiRoutes routes) =>
        routes.Post("/jsonrpc", AnswerAsync, new ApiOperation("jsonrpc", "JSON-RPC", "The registry over JSON-RPC 2.0").WithRevision()
            .Says("Methods: register_agent, get_agent, list_agents, unregister_agent, search_agents, list_extensions, ping_agent, get_agent_card, "
                + "health_check, update_agent_vectors, get_agent_vectors, get_vector_stats, system.listMethods, list_methods. "
                + "ping_agent tells whether the agent is registered and enabled; it contacts nobody. "
                + "Parameters go by name or by position.")
            .Body("JsonRpcRequest")
            .Answer(200, "The result, the error, or a list of them.", "JsonRpcResponse")
            .Answer(204, "There were only notifications.")
            .Problems(400, 413, 415, 503));

    private async Task AnswerAsync(HttpContext context)
    {
        // Headers that name no caller are a fault of the request, not of each call.
        _ = context.GetCaller();
        GenerationCondition.Refuse(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, http.MaxBodyBytes, anyType: true);
        var answer = JsonAnswer.Rent();
        var isAnswered = await AnswerAsync(context, body.Bytes, answer);
        body.Release();
        if (isAnswered)
        {
            await answer.SendAsync(context);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    private async Task<bool> AnswerAsync(HttpContext context, ReadOnlyMemory<byte> body, JsonAnswer answer)
    {
        var json = answer.Json;
        using var document = Parse(body, out var fault);
        if (document is null)
        {
            WriteError(json, default, new JsonRpcException(JsonRpcException.ParseError, $"Parse error: {fault}"));
            return true;
        }

        var request = document.RootElement;
        if (request.ValueKind != JsonValueKind.Array)
        {
            return await CallAsync(context, request, answer, isFirst: true);
        }

        if (context.Request.Headers.ContainsKey(RequestCaller.KeyHeader))
        {
            WriteError(json, default, JsonRpcException.Invalid($"{RequestCaller.KeyHeader} names one request; send the calls one by one"));
            return true;
        }

        if (request.GetArrayLength() == 0 || request.GetArrayLength() > options.MaxBatchEntries)
        {
            WriteError(json, default, JsonRpcException.Invalid($"a batch has 1 to {options.MaxBatchEntries:N0} calls"));
            return true;
        }

        var isAnswered = false;
        foreach (var call in request.EnumerateArray())
        {
            isAnswered |= await CallAsync(context, call, answer, !isAnswered, inBatch: true);
        }

        if (isAnswered)
        {
            json.WriteEndArray();
        }

        return isAnswered;
    }

    /// <returns>Whether something was written: not for a notification.</returns>
    private async Task<bool> CallAsync(HttpContext context, JsonElement request, JsonAnswer answer, bool isFirst, bool inBatch = false)
    {
        var json = answer.Json;
        var id = JsonRpcCall.IdOf(request);
        JsonRpcResult? result = null;
        JsonRpcException? error = null;
        var isNotification = false;
        try
        {
            var call = JsonRpcCall.Read(request);
            isNotification = call.IsNotification;
            if (inBatch && !isNotification && answer.Bytes > options.MaxBatchAnswerBytes)
            {
                throw new JsonRpcException(
                    JsonRpcException.InternalError,
                    $"Not called: the answers before it have more than {options.MaxBatchAnswerBytes:N0} bytes. Send fewer calls in a batch");
            }

            result = await methods.InvokeAsync(context, call);
        }
        catch (JsonRpcException fault)
        {
            error = fault;
        }
        catch (RegistryException fault)
        {
            error = JsonRpcException.Of(fault);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            faults.Log(context, fault);
            error = new JsonRpcException(JsonRpcException.InternalError, "Internal error; the registry's log says why");
        }

        if (isNotification)
        {
            return false;
        }

        if (inBatch && isFirst)
        {
            json.WriteStartArray();
        }

        if (error is not null)
        {
            WriteError(json, id, error);
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WritePropertyName("result"u8);
            await result!(answer);
            WriteId(json, id);
            json.WriteEndObject();
        }

        return true;
    }

    private static void WriteError(Utf8JsonWriter json, JsonElement id, JsonRpcException error)
    {
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        if (error.Cause is { } cause)
        {
            json.WriteStartObject("data"u8);
            json.WriteNumber("status"u8, ProblemStatus.Of(cause.Error));
            json.WriteGiven("field", cause.Field);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        WriteId(json, id);
        json.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter json, JsonElement id)
    {
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id.ValueKind == JsonValueKind.Undefined ? "null"u8 : JsonMarshal.GetRawUtf8Value(id), skipInputValidation: true);
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> body, out string? fault)
    {
        fault = Utf8.IsValid(body.Span) ? null : "not valid UTF-8";
        try
        {
            return fault is null ? JsonDocument.Parse(body, Deep) : null;
        }
        catch (JsonException thrown)
        {
            fault = thrown.Message;
            return null;
        }
    }
}
