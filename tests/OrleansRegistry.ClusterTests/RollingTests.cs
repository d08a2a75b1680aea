using System.Collections.Concurrent;
using System.Net;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.ClusterTests;

/// <summary>One replica after the other gives way to a new one. tests/upgrade runs it from another version to this one.</summary>
public sealed class RollingTests(Cluster cluster, ITestOutputHelper output)
{
    [Fact]
    public async Task Replaced_one_by_one_under_load_no_request_fails_and_nothing_is_lost()
    {
        var random = Cluster.NewRandom(output);
        var replicas = await cluster.ReplicasAsync();
        await using var load = new WholeLoad($"rolling-{Guid.NewGuid():N}", replicas.Addresses, random);
        Client.Losses = new ConcurrentQueue<string>();
        await load.StartAsync();
        foreach (var index in Enumerable.Range(0, replicas.Count))
        {
            await load.MoreAsync(20);
            await using var relieved = await replicas.RelieveAsync(index);
            await load.MoreAsync(20);
            var stopped = relieved.StopAsync();
            await Eventually.TrueAsync(() => IsUnreadyAsync(relieved.Http), "readiness to go");
            Assert.Equal(0, await stopped);
        }

        await load.MoreAsync(20);
        output.WriteLine(await load.VerifyAsync());
        if (load.Failed + load.Unsent > 0)
        {
            output.WriteLine($"the replicas' logs are in {replicas.KeepLogs()}; these calls had no outcome:");
            Client.Losses.ToList().ForEach(output.WriteLine);
        }

        Assert.Equal((0, 0), (load.Failed, load.Unsent));
    }

    /// <summary>Unready is an answer, not a closed port.</summary>
    private static async Task<bool> IsUnreadyAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("/health/ready");
        return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
    }
}
