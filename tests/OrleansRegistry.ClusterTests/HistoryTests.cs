using System.Diagnostics;
using System.Globalization;

namespace OrleansRegistry.ClusterTests;

/// <summary>The history checker. tests/soak runs it for longer, by way of <c>CLUSTER_SOAK_MINUTES</c>.</summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    private static readonly TimeSpan ShortRound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SoakRound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Nothing_is_lost_doubled_mixed_or_out_of_order_under_faults()
    {
        var soak = double.Parse(Environment.GetEnvironmentVariable("CLUSTER_SOAK_MINUTES") ?? "0", CultureInfo.InvariantCulture);
        var seed = Cluster.NewRandom(output).Next();
        var started = Stopwatch.GetTimestamp();
        await using var nemesis = await Nemesis.StartAsync(Cluster.Size, what => Tell($"  {what}"));
        var run = new HistoryRun(nemesis, seed, Tell);
        var before = Array.Empty<long>();
        do
        {
            try
            {
                await run.RoundAsync(soak > 0 ? SoakRound : ShortRound);
            }
            catch
            {
                Tell($"the replicas' logs are in {nemesis.Replicas.KeepLogs()}");
                throw;
            }

            var memory = await nemesis.MemoryAsync();
            before = before.Length == 0 ? memory : before;
            Tell($"memory of the replicas, MiB: {string.Join(", ", memory)} ({string.Join(", ", before)} after the first round)");
        }
        while (Stopwatch.GetElapsedTime(started).TotalMinutes < soak);

        Tell($"{Stopwatch.GetElapsedTime(started).TotalMinutes:F1} minutes, {run.Rounds} rounds, {nemesis.Faults} faults: {run.Acknowledged} writes "
            + "acknowledged, 0 lost");

        void Tell(string what) => output.WriteLine($"{Stopwatch.GetElapsedTime(started):mm\\:ss} {what}");
    }
}
