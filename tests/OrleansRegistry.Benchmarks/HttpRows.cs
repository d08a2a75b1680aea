using System.Text;
using OrleansRegistry.Model;

namespace OrleansRegistry.Benchmarks;

/// <summary>The gateway over keep-alive connections, beside a bare Kestrel endpoint that answers the same bytes.</summary>
internal static class HttpRows
{
    private const int Connections = 64;
    private const int Agents = 4096;
    private const int BatchSize = 1000;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using var registry = await HttpHost.RegistryAsync();
        foreach (var chunk in Enumerable.Range(0, Agents).Chunk(256))
        {
            await Task.WhenAll(chunk.Select(i => registry.Agents.RegisterAsync(Caller.Default, SampleCards.Registration(i))));
        }

        using var client = new HttpClient { BaseAddress = new Uri($"http://{registry.Address}") };
        await using var bare = await HttpHost.BareAsync(await client.GetByteArrayAsync($"/agents/{SampleCards.IdOf(1)}"));
        using var load = new Load(await HttpLoad.ConnectAsync(registry.Address, Connections), await HttpLoad.ConnectAsync(bare.Address, Connections));
        yield return await Gets(load);
        yield return await Posts(load);
        yield return await Batches(load);
    }

    private static async Task<Row> Gets(Load load)
    {
        var requests = Enumerable.Range(0, Agents).Select(i => HttpLoad.Get($"/agents/{SampleCards.IdOf(i)}")).ToArray();
        var (here, reference) = await load.InTurn(Connections, (caller, count) => requests[((caller * 61) + count) % Agents]);
        return new Row("HTTP GET of an agent, keep-alive, 64 connections", Row.PerSecond(here), $"bare Kestrel, same bytes: {Row.PerSecond(reference)}", here / reference, "0.8", here / reference >= 0.8);
    }

    private static async Task<Row> Posts(Load load)
    {
        // Agents of its own for each connection, as two writers of one agent wait for each other by design.
        var requests = Enumerable.Range(0, Agents).Select(i => HttpLoad.Post("/agents", Envelope(SampleCards.Card(i, 1)))).ToArray();
        var (here, reference) = await load.InTurn(Connections, (caller, count) => requests[(caller * (Agents / Connections)) + (count % (Agents / Connections))]);
        return new Row("durable POST /agents, updates, file store, 64 connections", Row.PerSecond(here), $"bare Kestrel reading the same: {Row.PerSecond(reference)}", here / reference, "13,000 /s", here >= 13_000);
    }

    private static async Task<Row> Batches(Load load)
    {
        const int Callers = 4;
        var next = 1000;
        byte[] Request(int caller, int count)
        {
            var first = Interlocked.Add(ref next, BatchSize) + 1_000_000;
            return HttpLoad.Post("/agents:batch", Encoding.UTF8.GetBytes(
                $$"""{"agents":[{{string.Join(',', Enumerable.Range(first, BatchSize).Select(i => Encoding.UTF8.GetString(Envelope(SampleCards.Card(i)))))}}]}"""));
        }

        var (here, reference) = await load.InTurn(Callers, Request);
        return new Row("POST /agents:batch of new agents, 1,000 an entry list, file store", $"{here * BatchSize:N0} agents/s", $"bare Kestrel reading the same: {reference * BatchSize:N0} agents/s", here / reference, "20,000 agents/s", here * BatchSize >= 20_000);
    }

    private static byte[] Envelope(byte[] card) => [.. "{\"agent_card\":"u8, .. card, (byte)'}'];

    private sealed class Load(HttpLoad[] here, HttpLoad[] reference) : IDisposable
    {
        public Task<(double Here, double Reference)> InTurn(int callers, Func<int, int, byte[]> request) => Measure.InTurn(
            () => Measure.Rate(callers, (caller, count) => here[caller].CallAsync(request(caller, count))),
            () => Measure.Rate(callers, (caller, count) => reference[caller].CallAsync(request(caller, count))));

        public void Dispose()
        {
            foreach (var connection in here.Concat(reference))
            {
                connection.Dispose();
            }
        }
    }
}
