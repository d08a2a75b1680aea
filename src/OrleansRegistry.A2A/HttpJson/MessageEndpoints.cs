using Microsoft.AspNetCore.Http;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.HttpJson;

/// <summary><c>POST /message:send</c> and <c>/message:stream</c> of an agent.</summary>
/// <remarks>Source: A2A 1.0, 11.3.1.</remarks>
internal sealed class MessageEndpoints(A2AService service, EventStreams streams, RegistryHttpOptions options)
{
    public void Map(HttpJsonRoutes routes)
    {
        routes.Post("/message:send", SendAsync, A2ADocs.Agent("sendMessage", "Send a message to an agent, and wait for what comes of it")
            .Says("With configuration.returnImmediately it does not wait. With message.taskId it continues a task that is not over.")
            .Idempotent()
            .Body(A2ADocs.Schema, HttpJsonAnswers.MediaType, JsonContentType.Json)
            .Answered("The task, or the agent's message."));
        routes.Post("/message:stream", StreamAsync, A2ADocs.Agent("sendStreamingMessage", "Send a message to an agent, and watch what comes of it")
            .Idempotent()
            .Header(EventStreams.Header, "Of a message that is sent again: the id of the last event that the client has.")
            .Body(A2ADocs.Schema, HttpJsonAnswers.MediaType, JsonContentType.Json)
            .Streamed());
    }

    private async Task SendAsync(A2ACall call)
    {
        var body = await RequestBody.ReadJsonAsync(call.Http, options.MaxTaskBodyBytes);
        var result = await service.SendMessageAsync(call, RequestReader.ReadSend(call, body.Bytes));
        body.Release();
        await HttpJsonAnswers.SendAsync(call.Http, (_, writer) => AnswerWriting.WriteSentAsync(writer, result));
    }

    private async Task StreamAsync(A2ACall call)
    {
        var last = EventStreams.LastEventOf(call.Http.Request);
        var body = await RequestBody.ReadJsonAsync(call.Http, options.MaxTaskBodyBytes);
        var stream = await service.SendStreamingMessageAsync(call, RequestReader.ReadSend(call, body.Bytes), last);
        body.Release();
        await HttpJsonStream.SendAsync(streams, call.Http, stream);
    }
}
