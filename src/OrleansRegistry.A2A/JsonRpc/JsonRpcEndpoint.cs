using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.JsonRpc;

/// <summary>
/// The JSON-RPC binding: <c>POST /a2a/{agentId}</c>. Errors of calls are answered with HTTP 200; only what is refused before there is a call, as an
/// agent that is not there, has an HTTP status of its own.
/// </summary>
/// <param name="v10">A2A 1.0.</param>
/// <param name="v03">A2A 0.3; null where it is not spoken.</param>
/// <remarks>Source: A2A 1.0, 9; JSON-RPC 2.0.</remarks>
internal sealed class JsonRpcEndpoint(
    AgentGate gate, IJsonRpcDialect v10, IJsonRpcDialect? v03, EventStreams streams, A2AFaults faults, RegistryHttpOptions options)
{
    public void Map(ApiRoutes routes)
    {
        var answering = routes.Answering((context, fault) => faults.AnswerAsync(
            context, fault, JsonContentType.Json, (json, error) => WriteError(json, default, error, faults.Now)));
        var description = A2ADocs.Agent("a2aJsonRpc", "An agent over JSON-RPC 2.0")
            .Says("The methods of A2A 1.0: SendMessage, SendStreamingMessage, GetTask, ListTasks, CancelTask, SubscribeToTask, "
                + "CreateTaskPushNotificationConfig, GetTaskPushNotificationConfig, ListTaskPushNotificationConfigs, "
                + "DeleteTaskPushNotificationConfig, GetExtendedAgentCard. Streams are server-sent events, each a JSON-RPC response.")
            .Idempotent()
            .Body(A2ADocs.Schema)
            .Answer(200, "The result or the error.", A2ADocs.Schema)
            .Answer(404, "There is no agent at this address.", A2ADocs.Schema);
        answering.Post(A2APaths.Agent, AnswerAsync, description);
        answering.Hidden().Post(A2APaths.AgentOfTenant, AnswerAsync, description);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var call = await A2APaths.FindAsync(gate, context, segmentsAfter: 0);
        ReadOnlyMemory<byte> id = default;
        try
        {
            var body = await ReadBodyAsync(context);
            var request = JsonRpcRequest.Read(body.Bytes, out id);

            // The body's buffer is given back before a stream ends.
            id = id.ToArray();
            var outcome = await DialectOf(call).InvokeAsync(call, request.Method, request.Parameters);
            body.Release();
            await SendAsync(context, id, outcome);
        }
        catch (Exception fault) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await SendErrorAsync(context, id, faults.Of(context, fault));
        }
    }

    private async ValueTask<RequestBody> ReadBodyAsync(HttpContext context)
    {
        try
        {
            return await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        }
        catch (RegistryException missing) when (missing.Error == RegistryError.Invalid)
        {
            throw new A2AException(A2AError.Parse, missing.Message, missing);
        }
    }

    private IJsonRpcDialect DialectOf(A2ACall call) => v03 is null
        ? Speak(AgentGate.Check(call, ProtocolVersion.V10))
        : Speak(AgentGate.Check(call, ProtocolVersion.V10, ProtocolVersion.V03));

    private IJsonRpcDialect Speak(ProtocolVersion version) => version == ProtocolVersion.V10 ? v10 : v03!;

    private async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> id, JsonRpcOutcome outcome)
    {
        if (outcome is JsonRpcOutcome.Stream stream)
        {
            await StreamAsync(context, id, stream);
            return;
        }

        var answer = JsonAnswer.Rent();
        await WriteResultAsync(answer, id, ((JsonRpcOutcome.Result)outcome).Write);
        await answer.SendAsync(context);
    }

    private Task StreamAsync(HttpContext context, ReadOnlyMemory<byte> id, JsonRpcOutcome.Stream stream) => streams.SendAsync(
        context,
        stream.Items.Items,
        (output, item) => EventStreams.WriteEventAsync(
            output, null, item.EventId, answer => WriteResultAsync(answer, id, result => stream.Write(result, item))),
        (output, refusal) => refusal is null
            ? Task.CompletedTask
            : EventStreams.WriteEventAsync(output, null, null, answer =>
            {
                WriteError(answer.Json, id, A2AException.Of(refusal), faults.Now);
                return default;
            }));

    private Task SendErrorAsync(HttpContext context, ReadOnlyMemory<byte> id, A2AException error)
    {
        A2AFaults.SetHeaders(context.Response, error);
        context.Response.ContentType = null;
        var answer = JsonAnswer.Rent();
        WriteError(answer.Json, id, error, faults.Now);
        return answer.SendAsync(context);
    }

    private static async ValueTask WriteResultAsync(JsonAnswer answer, ReadOnlyMemory<byte> id, Func<JsonAnswer, ValueTask> write)
    {
        answer.Json.WriteStartObject();
        WriteId(answer.Json, id);
        answer.Json.WritePropertyName("result"u8);
        await write(answer);
        answer.Json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, ReadOnlyMemory<byte> id, A2AException error, DateTimeOffset now)
    {
        json.WriteStartObject();
        WriteId(json, id);
        json.WritePropertyName("error"u8);
        A2AErrorJson.WriteJsonRpc(json, error, now);
        json.WriteEndObject();
    }

    /// <param name="id">As it was sent; empty is answered as null.</param>
    private static void WriteId(Utf8JsonWriter json, ReadOnlyMemory<byte> id)
    {
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id.IsEmpty ? "null"u8 : id.Span, skipInputValidation: true);
    }
}
