using System.Text.Json;

namespace OrleansRegistry.Rest.JsonRpc;

/// <summary>Writes the result of a call; what grows large is sent as it is written.</summary>
internal delegate ValueTask JsonRpcResult(JsonAnswer answer);

internal static class JsonRpcResults
{
    /// <summary>A result that is small.</summary>
    public static JsonRpcResult Of(Action<Utf8JsonWriter> write) => answer =>
    {
        write(answer.Json);
        return default;
    };
}
