using System.Diagnostics;
using OrleansRegistry.Hosting;

namespace OrleansRegistry.Benchmarks;

/// <summary>What 100,000 agents cost in memory, all included, once their grains have gone.</summary>
internal static class MemoryRow
{
    private const int Count = 100_000;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        var empty = Used();
        await using var host = await RegistryHost.StartAsync(StorageType.Sqlite, TimeSpan.FromSeconds(10));
        await host.FillAsync(Count);
        // Every agent's grain wakes once, and is then given time to be collected.
        foreach (var chunk in Enumerable.Range(0, Count).Chunk(256))
        {
            await Task.WhenAll(chunk.Select(i => host.Agents.RegisterAsync(Caller.Default, SampleCards.Registration(i, 1))));
        }

        var deadline = Stopwatch.GetTimestamp() + (60 * Stopwatch.Frequency);
        long used;
        do
        {
            await Task.Delay(TimeSpan.FromSeconds(5));
            used = Used() - empty;
        }
        while (used / Count > 2500 && Stopwatch.GetTimestamp() < deadline);

        var each = used / (double)Count;
        yield return new Row(
            "memory for each of 100,000 agents of 700-byte cards, idle",
            $"{each:N0} bytes",
            "the card alone: 700 bytes",
            each / 700,
            "under 2,500 bytes",
            each < 2500);
    }

    private static long Used()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
