using System.Diagnostics;

namespace OrleansRegistry.ClusterTests;

/// <summary>
/// Rounds of load under faults, each checked from its first call to its last: what was acknowledged is there, once; compare-and-set is linearizable per task;
/// event streams and the feed lose nothing and keep the order; lists show no phantom.
/// </summary>
internal sealed class HistoryRun(Nemesis nemesis, int seed, Action<string> tell)
{
    private readonly Random random = new(seed);

    public int Acknowledged { get; private set; }

    public int Rounds { get; private set; }

    /// <summary>One round. What is wrong fails an assertion.</summary>
    public async Task RoundAsync(TimeSpan time)
    {
        var prefix = $"h{seed}-{++Rounds}";
        var (addresses, started) = (nemesis.Replicas.Addresses, Stopwatch.GetTimestamp());
        var tasks = new TaskLoad(prefix, addresses, random);
        var agents = new Appends(prefix, addresses, random, clients: 3);
        var lists = new ListWatch($"{prefix}-list", addresses, random);
        var directory = new DirectoryWatch(agents.Ids, addresses, random);
        await tasks.StartAsync();
        using var followers = new TaskFollowers(tasks.Ids, addresses, random);
        followers.Start();
        agents.Start();
        lists.Start();
        directory.Start();

        await nemesis.RunAsync(random, time);
        await Task.WhenAll(tasks.StopAsync(), lists.StopAsync());
        await agents.VerifyAsync(addresses);
        await directory.VerifyAsync();
        await lists.VerifyAsync();
        var (written, stored) = await tasks.VerifyAsync();
        await followers.VerifyAsync(stored);

        Acknowledged += written + agents.Acknowledged;
        tell($"round {Rounds}: {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s, {nemesis.Faults} faults so far; {written} writes of tasks and {agents.Acknowledged} of agents acknowledged, "
            + $"{tasks.Failed + agents.Failed} calls without an outcome, {followers.Events} events in {followers.Streams} streams, {lists.Lists} lists, {directory.Reads} reads of the directory");
    }
}
