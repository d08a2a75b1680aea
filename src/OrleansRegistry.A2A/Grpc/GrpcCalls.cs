using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.Grpc;

/// <summary>What is around every call over gRPC: it finds the agent, checks what every request must meet, and answers faults.</summary>
internal sealed class GrpcCalls(
    AgentGate gate,
    A2AFaults faults,
    RequestLimits limits,
    IHostApplicationLifetime lifetime,
    IOptions<RegistryHttpOptions> options,
    [RegistryTime] TimeProvider time)
{
    /// <param name="agentId">The request's <c>tenant</c>, by which the card of an agent says where its requests go.</param>
    /// <exception cref="RpcException">The operation was refused, or failed.</exception>
    public async Task<T> RunAsync<T>(ServerCallContext server, string agentId, Func<A2ACall, Task<T>> operation)
    {
        var context = server.GetHttpContext();

        // A client's deadline ends what is waited for, as its leaving does.
        context.RequestAborted = server.CancellationToken;
        try
        {
            using var place = await limits.AdmitAsync(context);
            if (place.Refusal is { } refusal)
            {
                throw refusal;
            }

            if (agentId.Length == 0)
            {
                throw A2AException.Invalid("tenant", "is required: it names the agent, as the gRPC interface in the agent's card has it");
            }

            var call = await gate.FindAsync(context, agentId);
            AgentGate.Check(call, ProtocolVersion.V10);
            return await operation(call);
        }
        catch (Exception fault) when (fault is not RpcException)
        {
            throw server.CancellationToken.IsCancellationRequested
                ? new RpcException(new Status(StatusCode.Cancelled, "The client left, or its deadline passed. The task goes on."))
                : GrpcFaults.Of(faults.Of(context, fault), faults.Now);
        }
    }

    /// <summary>Sends a stream as fast as its reader takes it. A client that leaves cancels nothing but the stream.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public Task StreamAsync(
        ServerCallContext server, string agentId, IServerStreamWriter<Wire.StreamResponse> output, Func<A2ACall, Task<TaskStream>> open) => RunAsync(
            server,
            agentId,
            async call =>
            {
                var stream = await open(call);
                LongPoll.Mark(call.Http);
                using var expiry = CallerExpiry.Of(call.Http, time);
                using var ending = CancellationTokenSource.CreateLinkedTokenSource(
                    server.CancellationToken, lifetime.ApplicationStopping, expiry.Token);
                try
                {
                    await foreach (var item in stream.Items(ending.Token))
                    {
                        await SendAsync(call, output, await WireAnswers.ItemAsync(item));
                    }
                }
                catch (OperationCanceledException) when (expiry.IsCancellationRequested && !server.CancellationToken.IsCancellationRequested)
                {
                    throw new A2AException(A2AError.Unauthenticated, CallerExpiry.Reason);
                }
                catch (OperationCanceledException) when (!server.CancellationToken.IsCancellationRequested)
                {
                    throw new A2AException(A2AError.Unavailable, "This server is ending. The task goes on: subscribe to it again.")
                    {
                        RetryAfter = TimeSpan.FromSeconds(1),
                    };
                }

                return true;
            });

    private async Task SendAsync(A2ACall call, IServerStreamWriter<Wire.StreamResponse> output, Wire.StreamResponse item)
    {
        try
        {
            await output.WriteAsync(item).WaitAsync(options.Value.StalledReader, time);
        }
        catch (TimeoutException)
        {
            call.Http.Abort();
            throw new RpcException(new Status(StatusCode.Cancelled, "The reader took nothing for too long."));
        }
    }
}
