using System.Text.Json;

namespace OrleansRegistry.Forwarding.Wire;

/// <summary>How the calls of A2A 1.0 are written and read in one binding and version.</summary>
internal interface IBinding
{
    /// <summary>SendMessage, or SendStreamingMessage.</summary>
    /// <param name="request">A SendMessageRequest of 1.0, without <c>tenant</c>.</param>
    HttpRequestMessage Send(ReadOnlyMemory<byte> request, bool streams);

    HttpRequestMessage GetTask(string id);

    HttpRequestMessage CancelTask(string id);

    HttpRequestMessage Subscribe(string id);

    /// <summary>A task of 1.0 as an answer has it.</summary>
    /// <exception cref="RemoteFault">The answer is an error, or none of this binding.</exception>
    JsonElement ReadTask(JsonElement answer);

    /// <summary>A StreamResponse, or a SendMessageResponse, of 1.0 as an answer or an event has it.</summary>
    /// <exception cref="RemoteFault">It is an error, or none of this binding.</exception>
    JsonElement ReadEvent(JsonElement answer);

    /// <summary>The error that a body with a status of failure has; null where it has none.</summary>
    RemoteFault? ReadError(JsonElement body);
}
