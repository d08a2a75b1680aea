using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.JsonRpc;

/// <summary>What a method came to: a result, or a stream of results.</summary>
internal abstract record JsonRpcOutcome
{
    private JsonRpcOutcome()
    {
    }

    /// <param name="Write">Writes the value of <c>result</c>.</param>
    internal sealed record Result(Func<JsonAnswer, ValueTask> Write) : JsonRpcOutcome;

    /// <param name="Write">Writes the <c>result</c> of one event.</param>
    internal sealed record Stream(TaskStream Items, Func<JsonAnswer, StreamItem, ValueTask> Write) : JsonRpcOutcome;
}

/// <summary>A version of A2A over JSON-RPC: its names of methods, and its shapes of parameters and results.</summary>
internal interface IJsonRpcDialect
{
    /// <summary>Carries out a call.</summary>
    /// <param name="parameters">One JSON object.</param>
    /// <exception cref="A2AException">There is no such method, or it refuses.</exception>
    Task<JsonRpcOutcome> InvokeAsync(A2ACall call, string method, ReadOnlyMemory<byte> parameters);
}
