using OrleansRegistry.Directory;
using System.Collections.Concurrent;
using OrleansRegistry.Hosting;

namespace OrleansRegistry.Benchmarks;

/// <summary>Reads from memory, beside the plainest code that could answer them.</summary>
internal static class LookupRows
{
    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using var host = await RegistryHost.StartAsync(StorageType.Memory);
        await host.FillAsync(100_000);
        yield return await Lookup(host.Agents);
        await using var small = await RegistryHost.StartAsync(StorageType.Memory);
        await small.FillAsync(10_000);
        yield return await Search(small.Agents);
    }

    private static async Task<Row> Lookup(IAgentRegistry agents)
    {
        var random = new Random(7);
        var ids = Enumerable.Range(0, 1 << 16).Select(_ => SampleCards.IdOf(random.Next(100_000))).ToArray();
        var plain = new ConcurrentDictionary<string, object>(
            Enumerable.Range(0, 100_000).Select(i => KeyValuePair.Create(SampleCards.IdOf(i), new object())));
        var (here, reference) = await Measure.InTurn(
            () => Measure.Nanoseconds(1_000_000, async i =>
            {
                if (await agents.GetAsync(Caller.Default, ids[i & 0xFFFF]) is null)
                {
                    throw new InvalidOperationException("An agent is missing.");
                }
            }),
            () => Measure.Nanoseconds(1_000_000, i =>
            {
                _ = plain[ids[i & 0xFFFF]];
                return ValueTask.CompletedTask;
            }));
        return new Row(
            "co-hosted lookup by id, 100,000 agents",
            $"{here:N0} ns",
            $"ConcurrentDictionary: {reference:N0} ns",
            here / reference,
            "under 1 µs",
            here < 1000);
    }

    private static async Task<Row> Search(IAgentRegistry agents)
    {
        // In one agent of the 10,000, so that all have to be looked at.
        const string Keyword = "AGENT-00009876";
        var texts = Enumerable.Range(0, 10_000).Select(i => AgentCard.Read(RawJson.FromValid(SampleCards.Card(i))))
            .Select(card => $"{card.Name}\n{card.Description}\n{card.Skills[0].Id}")
            .ToArray();
        var (here, reference) = await Measure.InTurn(
            () => Measure.Nanoseconds(
                300,
                async _ => Expect(1, (await agents.ListAsync(Caller.Default, new AgentQuery { Text = Keyword })).Agents.Count)),
            () => Measure.Nanoseconds(300, _ =>
            {
                Expect(1, texts.Count(text => text.Contains(Keyword, StringComparison.OrdinalIgnoreCase)));
                return ValueTask.CompletedTask;
            }));
        return new Row(
            "keyword search over 10,000 agents",
            $"{here / 1e6:0.000} ms",
            $"string.Contains over all: {reference / 1e6:0.000} ms",
            here / reference,
            "under 1 ms",
            here < 1e6);
    }

    private static void Expect(int wanted, int found)
    {
        if (found != wanted)
        {
            throw new InvalidOperationException($"{wanted} was expected, and {found} found.");
        }
    }
}
