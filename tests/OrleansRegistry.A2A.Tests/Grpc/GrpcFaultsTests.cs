using Google.Rpc;
using Grpc.Core;
using OrleansRegistry.A2A.Grpc;
using OrleansRegistry.Protocol;

namespace OrleansRegistry.A2A.Tests.Grpc;

/// <summary>A2A 1.0, 5.4 and 10.6.</summary>
public sealed class GrpcFaultsTests
{
    [Fact]
    public void Each_error_of_A2A_has_its_status_and_its_reason()
    {
        foreach (var error in A2AError.Protocol)
        {
            var fault = GrpcFaults.Of(new A2AException(error, "why") { TaskId = "t" }, DateTimeOffset.UnixEpoch);
            Assert.Equal((int)error.Rpc, (int)fault.StatusCode);
            Assert.Equal("why", fault.Status.Detail);
            var info = fault.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
            Assert.Equal(error.Reason, info.Reason);
            Assert.Equal("a2a-protocol.org", info.Domain);
            Assert.Equal("t", info.Metadata["taskId"]);
            Assert.Equal("1970-01-01T00:00:00.000Z", info.Metadata["timestamp"]);
        }
    }

    [Fact]
    public void An_error_of_a_field_names_it()
    {
        var status = GrpcFaults.Of(A2AException.Invalid("message.parts", "is required"), DateTimeOffset.UnixEpoch).GetRpcStatus()!;
        var violation = Assert.Single(status.GetDetail<BadRequest>()!.FieldViolations);
        Assert.Equal(("message.parts", "is required"), (violation.Field, violation.Description));
    }

    [Fact]
    public void An_error_that_passes_says_when_to_try_again()
    {
        var fault = new A2AException(A2AError.Unavailable, "later") { RetryAfter = TimeSpan.FromSeconds(3) };
        var thrown = GrpcFaults.Of(fault, DateTimeOffset.UnixEpoch);
        Assert.Equal(StatusCode.Unavailable, thrown.StatusCode);
        Assert.Equal(3, thrown.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.Seconds);
    }
}
