using OrleansRegistry.Hosting;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Benchmarks;

/// <summary>Durable writes on SQLite through the whole registry, beside a bare loop that writes the same rows.</summary>
internal static class WriteRows
{
    private const int Callers = 256;
    private const int Agents = 4096;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using var host = await RegistryHost.StartAsync(StorageType.Sqlite);
        await using var bare = await Bare.OpenAsync();
        yield return await Grains(host, bare);
        yield return await Updates(host.Agents, bare);
        yield return await FirstRegistrations(host.Agents, bare);
    }

    private static async Task<Row> Grains(RegistryHost host, Bare bare)
    {
        foreach (var chunk in Enumerable.Range(0, Agents).Chunk(256))
        {
            await Task.WhenAll(chunk.Select(i => host.Agents.RegisterAsync(Caller.Default, SampleCards.Registration(i))));
        }

        var puts = new AgentPuts(host, Agents);
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(Callers, (caller, count) => puts.Put(AgentOf(caller, count))),
            () => Measure.Rate(Callers, (caller, count) => bare.WriteAsync(AgentOf(caller, count))));
        return new Row(
            "durable updates of resident agents, SQLite, 256 callers through grains", Row.PerSecond(here), $"a bare loop: {Row.PerSecond(reference)}",
            here / reference, "0.6", here / reference >= 0.6);
    }

    private static async Task<Row> Updates(IAgentRegistry agents, Bare bare)
    {
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(
                Callers,
                (caller, count) => agents.RegisterAsync(Caller.Default, SampleCards.Registration(AgentOf(caller, count), count))),
            () => Measure.Rate(Callers, (caller, count) => bare.WriteAsync(AgentOf(caller, count))));
        return new Row(
            "the same through the whole registry: card checked, then seen in the directory", Row.PerSecond(
                here), $"a bare loop: {Row.PerSecond(reference)}",
            here / reference, "none set", true);
    }

    private static async Task<Row> FirstRegistrations(IAgentRegistry agents, Bare bare)
    {
        var next = 10_000_000;
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(Callers, (_, _) => agents.RegisterAsync(Caller.Default, SampleCards.Registration(Interlocked.Increment(ref next)))),
            () => Measure.Rate(Callers, (_, _) => bare.CreateAsync(Interlocked.Increment(ref next))));
        return new Row(
            "durable first registrations, SQLite, 256 callers through grains", Row.PerSecond(here), $"a bare loop: {Row.PerSecond(reference)}",
            here / reference, "8,000 /s", here >= 8_000);
    }

    // Each caller has agents of its own, as two writers of one agent wait for each other by design.
    private static int AgentOf(int caller, int count) => (caller * (Agents / Callers)) + (count % (Agents / Callers));

    /// <summary>A bare loop on a table of as many rows, which commits them in batches as large.</summary>
    private sealed class Bare(BareSqlite database) : IAsyncDisposable
    {
        private readonly byte[][] cards = [.. Enumerable.Range(0, Agents).Select(SampleCards.Card)];

        public static async Task<Bare> OpenAsync()
        {
            var bare = new Bare(await BareSqlite.OpenAsync());
            await Task.WhenAll(Enumerable.Range(0, Agents).Select(bare.WriteAsync));
            return bare;
        }

        public Task WriteAsync(int i) => database.PutAsync(SampleCards.IdOf(i), cards[i]);

        public Task CreateAsync(int i) => database.PutAsync(SampleCards.IdOf(i), cards[i % Agents]);

        public ValueTask DisposeAsync() => database.DisposeAsync();
    }
}
