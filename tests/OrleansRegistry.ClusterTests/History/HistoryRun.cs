using System.Diagnostics;

namespace OrleansRegistry.ClusterTests;

/// <summary>Rounds of <see cref="WholeLoad"/> under faults.</summary>
internal sealed class HistoryRun(Nemesis nemesis, int seed, Action<string> tell)
{
    private readonly Random random = new(seed);

    public int Acknowledged { get; private set; }

    public int Rounds { get; private set; }

    /// <summary>One round. What is wrong fails an assertion.</summary>
    public async Task RoundAsync(TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        await using var load = new WholeLoad($"h{seed}-{++Rounds}", nemesis.Replicas.Addresses, random);
        await load.StartAsync();
        await nemesis.RunAsync(random, time);
        var done = await load.VerifyAsync();
        Acknowledged += load.Acknowledged;
        tell($"round {Rounds}: {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s, {nemesis.Faults} faults so far; {done}");
    }
}
