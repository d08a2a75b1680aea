using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using OrleansRegistry.Protocol;

namespace OrleansRegistry.A2A.Grpc;

/// <summary>Errors as gRPC has them: a status, and its details in <c>grpc-status-details-bin</c>.</summary>
/// <remarks>Source: A2A 1.0, 5.4, 10.6; google.rpc.Status and its details.</remarks>
internal static class GrpcFaults
{
    public static RpcException Of(A2AException fault, DateTimeOffset now)
    {
        var info = new ErrorInfo { Reason = fault.Error.Reason, Domain = fault.Error.Domain };
        if (fault.TaskId is { } taskId)
        {
            info.Metadata["taskId"] = taskId;
        }

        info.Metadata["timestamp"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var status = new Google.Rpc.Status { Code = (int)fault.Error.Rpc, Message = fault.Message, Details = { Any.Pack(info) } };
        if (fault.Field is { } field)
        {
            var description = fault.Message.StartsWith($"{field}: ", StringComparison.Ordinal) ? fault.Message[(field.Length + 2)..] : fault.Message;
            var violation = new BadRequest.Types.FieldViolation { Field = field, Description = description };
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { violation } }));
        }

        if (fault.RetryAfter is { } wait)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(wait) }));
        }

        return status.ToRpcException();
    }
}
