using OrleansRegistry.Trust.Audit;

namespace OrleansRegistry.Benchmarks;

/// <summary>What the audit trail costs: a registry that writes it beside one that does not, in turn.</summary>
internal static class AuditRows
{
    private const int Connections = 64;
    private const int Agents = 4096;
    private const int Each = Agents / Connections;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using var audited = await StartAsync(AuditMode.On);
        await using var plain = await StartAsync(AuditMode.Off);
        using var auditedLoad = new HttpLoad(Enumerable.Repeat(audited.Address, Connections));
        using var plainLoad = new HttpLoad(Enumerable.Repeat(plain.Address, Connections));

        // Agents of its own for each connection, as two writers of one agent wait for each other by design.
        var updates = Enumerable.Range(0, Agents).Select(i => HttpLoad.Post("/agents", SampleCards.Envelope(i, 1))).ToArray();
        byte[] Update(int caller, int count) => updates[(caller * Each) + (count % Each)];
        yield return await CompareAsync("durable POST /agents, updates, SQLite, 64 connections, with audit", auditedLoad, plainLoad, Update);

        var next = Agents;
        byte[] New(int caller, int count) => HttpLoad.Post("/agents", SampleCards.Envelope(Interlocked.Increment(ref next), 1));
        yield return await CompareAsync("durable POST /agents, new agents, SQLite, 64 connections, with audit", auditedLoad, plainLoad, New);
    }

    private static async Task<Row> CompareAsync(string what, HttpLoad audited, HttpLoad plain, Func<int, int, byte[]> request)
    {
        var (here, reference) = await Measure.InTurn(() => audited.Rate(request), () => plain.Rate(request));
        return new Row(
            what, Row.PerSecond(here), $"without audit: {Row.PerSecond(reference)}", here / reference, "0.7", here / reference >= 0.7);
    }

    private static async Task<HttpHost> StartAsync(AuditMode mode)
    {
        var host = await HttpHost.RegistryAsync(configure: options => options.Audit = new AuditOptions { Mode = mode });
        foreach (var chunk in Enumerable.Range(0, Agents).Chunk(256))
        {
            await Task.WhenAll(chunk.Select(i => host.Agents.RegisterAsync(Caller.Default, SampleCards.Registration(i))));
        }

        return host;
    }
}
