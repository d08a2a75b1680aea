using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.A2A.Grpc.Wire;
using OrleansRegistry.Tests.Shared;
using Task = System.Threading.Tasks.Task;

namespace OrleansRegistry.A2A.Tests.Grpc;

/// <summary>Readers of gRPC that ask for much and take nothing of it.</summary>
public sealed class SlowReaderTests
{
    private static readonly Metadata Version = new() { { "a2a-version", "1.0" } };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>As one of server-sent events is: what waits for it is kept for so long, and others on its connection are served meanwhile.</summary>
    [Fact]
    public async Task A_reader_of_a_stream_that_takes_nothing_is_cut_off_and_holds_up_nobody()
    {
        var ended = new EndedRequests();
        await using var host = await A2AHost.StartAsync(
            http: options => options.StalledReader = TimeSpan.FromSeconds(1), services: services => services.AddSingleton<IStartupFilter>(ended));
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var claimed = await agent.ClaimAsync();
        var client = new A2AService.A2AServiceClient(host.Grpc);
        using var stalled = client.SubscribeToTask(
            new SubscribeToTaskRequest { Tenant = agent.Id, Id = task.Id }, Version, cancellationToken: Cancelled);
        using var reading = client.SubscribeToTask(
            new SubscribeToTaskRequest { Tenant = agent.Id, Id = task.Id }, Version, cancellationToken: Cancelled);
        await stalled.ResponseHeadersAsync;
        Assert.True(await reading.ResponseStream.MoveNext(Cancelled));
        for (var i = 0; i < 8; i++)
        {
            // More than a client takes in before anybody reads.
            await agent.UpdateAsync(claimed, null, null, ArtifactUpdate.Text($"{i}", new string('x', 1_000_000)));
            Assert.True(await reading.ResponseStream.MoveNext(Cancelled));
            Assert.Equal($"{i}", reading.ResponseStream.Current.ArtifactUpdate.Artifact.ArtifactId);
        }

        Assert.EndsWith("/SubscribeToTask", await ended.NextAsync(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await stalled.ResponseStream.MoveNext(Cancelled))
            {
                // What had arrived before it was cut off.
            }
        });
        await agent.UpdateAsync(claimed, TaskState.Completed);
        Assert.True(await reading.ResponseStream.MoveNext(Cancelled));
        Assert.False(await reading.ResponseStream.MoveNext(Cancelled));
    }
}
