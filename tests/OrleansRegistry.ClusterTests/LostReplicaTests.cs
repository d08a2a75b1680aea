using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrleansRegistry.ClusterTests;

/// <summary>A replica is killed or frozen under load.</summary>
public sealed class LostReplicaTests(Cluster cluster, ITestOutputHelper output)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Killed_no_acknowledged_write_is_lost_its_agents_soon_answer_again_and_who_beats_does_not_expire()
    {
        var random = Cluster.NewRandom(output);
        var addresses = await cluster.AddressesAsync();
        var victim = random.Next(Cluster.Size);
        var ids = await RegisterThroughAsync(addresses, victim);
        await using var beats = await Beats.StartAsync([.. addresses.Where((_, i) => i != victim)]);
        await using var load = new Appends($"killed-{Guid.NewGuid():N}", addresses, random);
        load.Start();
        await load.MoreAsync(60);

        await cluster.Replica(victim).KillAsync();
        await PrintTimesToSuccessAsync("SIGKILL", ids, addresses, victim);

        await load.MoreAsync(60);
        addresses[victim] = await cluster.ReplaceAsync(victim);
        await load.VerifyAsync(addresses);
        await beats.VerifyAsync();
    }

    [Fact]
    public async Task Frozen_and_thawed_it_mixes_nothing_in_and_ends()
    {
        var random = Cluster.NewRandom(output);
        var addresses = await cluster.AddressesAsync();
        var victim = random.Next(Cluster.Size);
        var ids = await RegisterThroughAsync(addresses, victim);
        await using var load = new Appends($"frozen-{Guid.NewGuid():N}", addresses, random);
        load.Start();
        await load.MoreAsync(60);

        await cluster.SignalAsync(victim, "STOP");
        await PrintTimesToSuccessAsync("SIGSTOP", ids, addresses, victim);

        // Where it had no part of the grains' directory, all of them were written at once.
        await cluster.GivenUpAsync(victim);
        await cluster.SignalAsync(victim, "CONT");
        await cluster.Replica(victim).EndedAsync();

        await load.MoreAsync(60);
        addresses[victim] = await cluster.ReplaceAsync(victim);
        await load.VerifyAsync(addresses);
    }

    [Fact]
    public async Task Frozen_for_a_moment_it_goes_on()
    {
        var random = Cluster.NewRandom(output);
        var addresses = await cluster.AddressesAsync();
        var victim = random.Next(Cluster.Size);
        await using var load = new Appends($"moment-{Guid.NewGuid():N}", addresses, random);
        load.Start();
        await load.MoreAsync(30);
        await cluster.SignalAsync(victim, "STOP");
        await load.MoreAsync(1);
        await cluster.SignalAsync(victim, "CONT");
        await load.MoreAsync(60);
        await load.VerifyAsync(addresses);
    }

    private static async Task<string[]> RegisterThroughAsync(Uri[] addresses, int replica)
    {
        using var client = new Client(addresses);
        var ids = Enumerable.Range(0, 30).Select(_ => $"there-{Guid.NewGuid():N}").ToArray();
        foreach (var id in ids)
        {
            Assert.Equal(Outcome.Done, (await client.PutAsync(replica, id, $$"""{"name":"{{id}}"}""", 0)).Outcome);
        }

        return ids;
    }

    /// <summary>How long it takes until each of these agents can be written through the others.</summary>
    private async Task PrintTimesToSuccessAsync(string what, string[] ids, Uri[] addresses, int victim)
    {
        using var client = new Client([.. addresses.Where((_, i) => i != victim)]);
        Client.Losses = new ConcurrentQueue<string>();
        var started = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(ids.Select(TimeToSuccessAsync));
        Array.Sort(times);
        output.WriteLine($"time to first success after {what}, {times.Length} agents: median {times[times.Length / 2].TotalSeconds:F1} s, longest "
            + $"{times[^1].TotalSeconds:F1} s");
        if (times[^1] >= Bound)
        {
            output.WriteLine($"the replicas' logs are in {cluster.KeepLogs()}; these calls had no outcome:");
            Client.Losses.ToList().ForEach(output.WriteLine);
            Assert.Fail($"an agent could not be written for {times[^1].TotalSeconds:F1} s");
        }

        async Task<TimeSpan> TimeToSuccessAsync(string id, int number)
        {
            var tries = new List<string>();
            while (Stopwatch.GetElapsedTime(started) < Bound)
            {
                var sent = Stopwatch.GetElapsedTime(started);
                var (outcome, _) = await client.PutAsync(number % client.Replicas, id, $$"""{"name":"{{id}}","x":{{number}}}""", ifRevision: null);
                if (outcome == Outcome.Done)
                {
                    break;
                }

                tries.Add($"{sent.TotalSeconds:F1} s to {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s: {outcome}");
                await Task.Delay(50);
            }

            var time = Stopwatch.GetElapsedTime(started);
            if (time >= Bound)
            {
                output.WriteLine($"{id}, through replica {number % client.Replicas} of the others: {string.Join(", ", tries)}");
            }

            return time;
        }
    }
}
