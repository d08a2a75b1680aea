namespace OrleansRegistry.Protocol;

/// <summary>A kind of error, and what it is in each binding.</summary>
/// <param name="Reason">In <c>google.rpc.ErrorInfo</c>: the name in UPPER_SNAKE_CASE.</param>
/// <param name="Code">In JSON-RPC.</param>
/// <param name="Http">The HTTP status.</param>
/// <param name="Rpc">The status of gRPC.</param>
/// <param name="Domain">Who defines the reason.</param>
/// <remarks>Source: A2A 1.0, 5.4, 9.5; JSON-RPC 2.0, 5.1.</remarks>
internal sealed record A2AError(string Reason, int Code, int Http, RpcStatus Rpc, string Domain = A2AError.ProtocolDomain)
{
    public const string ProtocolDomain = "a2a-protocol.org";

    /// <summary>Of errors that A2A has no name for.</summary>
    public const string RegistryDomain = "orleans-registry";

    private const int InvalidParamsCode = -32602;
    private const int InternalCode = -32603;

    /// <summary>The first code that JSON-RPC leaves to servers; A2A's own begin after it.</summary>
    private const int ServerCode = -32000;

    public static A2AError TaskNotFound { get; } = new("TASK_NOT_FOUND", -32001, 404, RpcStatus.NotFound);
    public static A2AError TaskNotCancelable { get; } = new("TASK_NOT_CANCELABLE", -32002, 400, RpcStatus.FailedPrecondition);

    public static A2AError PushNotificationNotSupported { get; } =
        new("PUSH_NOTIFICATION_NOT_SUPPORTED", -32003, 400, RpcStatus.FailedPrecondition);

    public static A2AError UnsupportedOperation { get; } = new("UNSUPPORTED_OPERATION", -32004, 400, RpcStatus.FailedPrecondition);
    public static A2AError ContentTypeNotSupported { get; } = new("CONTENT_TYPE_NOT_SUPPORTED", -32005, 400, RpcStatus.InvalidArgument);
    public static A2AError InvalidAgentResponse { get; } = new("INVALID_AGENT_RESPONSE", -32006, 500, RpcStatus.Internal);

    public static A2AError ExtendedAgentCardNotConfigured { get; } =
        new("EXTENDED_AGENT_CARD_NOT_CONFIGURED", -32007, 400, RpcStatus.FailedPrecondition);

    public static A2AError ExtensionSupportRequired { get; } = new("EXTENSION_SUPPORT_REQUIRED", -32008, 400, RpcStatus.FailedPrecondition);
    public static A2AError VersionNotSupported { get; } = new("VERSION_NOT_SUPPORTED", -32009, 400, RpcStatus.FailedPrecondition);

    /// <summary>The nine errors that A2A defines.</summary>
    public static IReadOnlyList<A2AError> Protocol { get; } =
    [
        TaskNotFound, TaskNotCancelable, PushNotificationNotSupported, UnsupportedOperation, ContentTypeNotSupported, InvalidAgentResponse,
        ExtendedAgentCardNotConfigured, ExtensionSupportRequired, VersionNotSupported,
    ];

    /// <summary>The body is not JSON.</summary>
    public static A2AError Parse { get; } = Own("JSON_PARSE", -32700, 400, RpcStatus.InvalidArgument, "Invalid JSON payload");

    /// <summary>The body is JSON, but no request.</summary>
    public static A2AError InvalidRequest { get; } =
        Own("INVALID_REQUEST", -32600, 400, RpcStatus.InvalidArgument, "Request payload validation error");

    public static A2AError MethodNotFound { get; } = Own("METHOD_NOT_FOUND", -32601, 404, RpcStatus.Unimplemented, "Method not found");
    public static A2AError InvalidParams { get; } = Own("INVALID_PARAMS", InvalidParamsCode, 400, RpcStatus.InvalidArgument, "Invalid parameters");
    public static A2AError Internal { get; } = Own("INTERNAL", InternalCode, 500, RpcStatus.Internal, "Internal error");

    /// <summary>Something other than a task does not exist, or the caller may not see it.</summary>
    public static A2AError NotFound { get; } = Own("NOT_FOUND", ServerCode, 404, RpcStatus.NotFound);


    /// <summary>As Bindu has it.</summary>
    public static A2AError ContextNotFound { get; } = Own("CONTEXT_NOT_FOUND", -32020, 404, RpcStatus.NotFound);
    public static A2AError Unauthenticated { get; } = Own("UNAUTHENTICATED", ServerCode, 401, RpcStatus.Unauthenticated);
    public static A2AError Forbidden { get; } = Own("FORBIDDEN", ServerCode, 403, RpcStatus.PermissionDenied);

    /// <summary>A condition does not hold, or others changed the thing at the same time.</summary>
    public static A2AError Conflict { get; } = Own("CONFLICT", ServerCode, 409, RpcStatus.Aborted);

    /// <summary>The message id was sent before with another message.</summary>
    public static A2AError MessageIdReused { get; } = Own("MESSAGE_ID_REUSED", InvalidParamsCode, 409, RpcStatus.AlreadyExists);

    /// <summary>The idempotency key was sent before with another request.</summary>
    public static A2AError KeyReused { get; } = Own("KEY_REUSED", InvalidParamsCode, 422, RpcStatus.AlreadyExists);

    public static A2AError TooLarge { get; } = Own("TOO_LARGE", InvalidParamsCode, 413, RpcStatus.InvalidArgument);

    /// <summary>The caller or its tenant has sent too much.</summary>
    public static A2AError TooMany { get; } = Own("TOO_MANY_REQUESTS", ServerCode, 429, RpcStatus.ResourceExhausted);
    public static A2AError Unavailable { get; } = Own("UNAVAILABLE", InternalCode, 503, RpcStatus.Unavailable);
    public static A2AError StorageFull { get; } = Own("STORAGE_FULL", InternalCode, 507, RpcStatus.ResourceExhausted);

    /// <summary>The tenant has as many tasks or agents as it may have.</summary>
    public static A2AError QuotaExceeded { get; } = Own("QUOTA_EXCEEDED", InternalCode, 429, RpcStatus.ResourceExhausted);

    /// <summary>The stored record of the thing cannot be read.</summary>
    public static A2AError Unreadable { get; } = Own("UNREADABLE", InternalCode, 500, RpcStatus.Internal);

    /// <summary>What JSON-RPC 2.0 calls the error, which goes before the message there; null for the others.</summary>
    public string? JsonRpcName { get; private init; }

    private static A2AError Own(string reason, int code, int http, RpcStatus rpc, string? jsonRpcName = null) =>
        new(reason, code, http, rpc, RegistryDomain) { JsonRpcName = jsonRpcName };
}
