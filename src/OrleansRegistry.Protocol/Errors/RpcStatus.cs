namespace OrleansRegistry.Protocol;

/// <summary>The statuses of gRPC that errors of A2A have, by their numbers.</summary>
/// <remarks>Source: google.rpc.Code.</remarks>
internal enum RpcStatus
{
    InvalidArgument = 3,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

internal static class RpcStatusNames
{
    /// <summary>The name as google.rpc.Code has it, such as <c>INVALID_ARGUMENT</c>.</summary>
    public static string ToName(this RpcStatus status) => status switch
    {
        RpcStatus.InvalidArgument => "INVALID_ARGUMENT",
        RpcStatus.NotFound => "NOT_FOUND",
        RpcStatus.AlreadyExists => "ALREADY_EXISTS",
        RpcStatus.PermissionDenied => "PERMISSION_DENIED",
        RpcStatus.ResourceExhausted => "RESOURCE_EXHAUSTED",
        RpcStatus.FailedPrecondition => "FAILED_PRECONDITION",
        RpcStatus.Aborted => "ABORTED",
        RpcStatus.Unimplemented => "UNIMPLEMENTED",
        RpcStatus.Unavailable => "UNAVAILABLE",
        RpcStatus.Unauthenticated => "UNAUTHENTICATED",
        _ => "INTERNAL",
    };
}
