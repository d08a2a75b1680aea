namespace OrleansRegistry.Rest.JsonRpc;

/// <summary>An error of one JSON-RPC call.</summary>
/// <remarks>Source: JSON-RPC 2.0, 5.1; -32001 is A2A's and the older registry's.</remarks>
internal sealed class JsonRpcException(int code, string message, RegistryException? cause = null) : Exception(message, cause)
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;
    public const int NotFound = -32001;

    public int Code { get; } = code;

    /// <summary>The registry's refusal, which the error's <c>data</c> describes.</summary>
    public RegistryException? Cause { get; } = cause;

    /// <summary>It is not a request that JSON-RPC allows.</summary>
    public static JsonRpcException Invalid(string what) => new(InvalidRequest, $"Invalid Request: {what}");

    /// <summary>The error that a refusal of the registry is.</summary>
    public static JsonRpcException Of(RegistryException refusal) => new(
        refusal.Error switch
        {
            RegistryError.Invalid or RegistryError.TooLarge => InvalidParams,
            RegistryError.NotFound => NotFound,
            RegistryError.NotSupported => MethodNotFound,
            _ => InternalError,
        },
        refusal.Message,
        refusal);
}
