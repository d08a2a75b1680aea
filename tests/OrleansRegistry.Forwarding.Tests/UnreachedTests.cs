using OrleansRegistry.Forwarding.Agents;
using OrleansRegistry.Forwarding.Wire;

namespace OrleansRegistry.Forwarding.Tests;

/// <summary>What is known never to have come to an agent.</summary>
public sealed class UnreachedTests
{
    [Fact]
    public async Task A_host_that_does_not_answer_a_connection_is_not_one_that_is_slow()
    {
        // As SocketsHttpHandler says that the time to connect is over.
        using var http = new HttpClient(new FailingHandler(new TaskCanceledException("no connection", new TimeoutException())));
        var fault = await FaultAsync(http);
        Assert.Equal((true, true, "The agent could not be connected to."), (fault.IsUnreached, fault.MayPass, fault.Message));
    }

    [Fact]
    public async Task Whoever_broke_off_before_may_have_it_also_where_it_cannot_be_reached_any_more()
    {
        var refused = new HttpRequestException(HttpRequestError.ConnectionError);
        using var first = new HttpClient(new FailingHandler(refused));
        Assert.True((await FaultAsync(first)).IsUnreached);
        using var later = new HttpClient(new FailingHandler(refused, isAgain: true));
        Assert.False((await FaultAsync(later)).IsUnreached);
    }

    private static Task<RemoteFault> FaultAsync(HttpClient http)
    {
        var binding = new JsonRpcBinding(new Uri("https://agent.example"), null, isV03: false, new SecretTexts(null));
        var agent = new RemoteAgent(http, binding, new ForwardingOptions(), TimeProvider.System) { Version = "1.0" };
        return Assert.ThrowsAsync<RemoteFault>(() => agent.GetTaskAsync("t1", TestContext.Current.CancellationToken));
    }

    /// <param name="isAgain">As the retries mark a request that was sent before.</param>
    private sealed class FailingHandler(Exception fault, bool isAgain = false) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (isAgain)
            {
                request.Options.Set(RemoteFault.MayHaveArrived, true);
            }

            return Task.FromException<HttpResponseMessage>(fault);
        }
    }
}
