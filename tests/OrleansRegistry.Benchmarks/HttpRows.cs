namespace OrleansRegistry.Benchmarks;

/// <summary>The gateway over keep-alive connections, beside a bare Kestrel endpoint that answers the same bytes.</summary>
internal static class HttpRows
{
    private const int Connections = 64;
    private const int Agents = 4096;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using (var registry = await HttpHost.RegistryAsync())
        {
            foreach (var chunk in Enumerable.Range(0, Agents).Chunk(256))
            {
                await Task.WhenAll(chunk.Select(i => registry.Agents.RegisterAsync(Caller.Default, SampleCards.Registration(i))));
            }

            using var client = new HttpClient { BaseAddress = new Uri($"http://{registry.Address}") };
            await using var bare = await HttpHost.BareAsync(await client.GetByteArrayAsync($"/agents/{SampleCards.IdOf(1)}"));
            using var load = new HttpLoad(Enumerable.Repeat(registry.Address, Connections));
            using var bareLoad = new HttpLoad(Enumerable.Repeat(bare.Address, Connections));
            yield return await Gets(load, bareLoad);
            yield return await Posts(load, bareLoad);
        }

        yield return await Batches();
    }

    private static async Task<Row> Gets(HttpLoad load, HttpLoad bare)
    {
        var requests = Enumerable.Range(0, Agents).Select(i => HttpLoad.Get($"/agents/{SampleCards.IdOf(i)}")).ToArray();
        byte[] Request(int caller, int count) => requests[((caller * 61) + count) % Agents];
        var (here, reference) = await Measure.InTurn(() => load.Rate(Request), () => bare.Rate(Request));
        return new Row(
            "HTTP GET of an agent, keep-alive, 64 connections",
            Row.PerSecond(here),
            $"bare Kestrel, same bytes: {Row.PerSecond(reference)}",
            here / reference,
            "0.8",
            here / reference >= 0.8);
    }

    private static async Task<Row> Posts(HttpLoad load, HttpLoad bare)
    {
        // Agents of its own for each connection, as two writers of one agent wait for each other by design.
        var requests = Enumerable.Range(0, Agents).Select(i => HttpLoad.Post("/agents", SampleCards.Envelope(i, 1))).ToArray();
        byte[] Request(int caller, int count) => requests[(caller * (Agents / Connections)) + (count % (Agents / Connections))];
        await using var etcd = await EtcdProcess.TryStartAsync();
        if (etcd is null)
        {
            var (alone, kestrel) = await Measure.InTurn(() => load.Rate(Request), () => bare.Rate(Request));
            return new Row(
                "durable POST /agents, updates, SQLite, 64 connections", Row.PerSecond(
                    alone), $"bare Kestrel reading the same (etcd is not installed): {Row.PerSecond(kestrel)}",
                alone / kestrel, "12,500 /s", alone >= 12_500);
        }

        using var puts = new HttpLoad(Enumerable.Repeat(etcd.Address, Connections));
        var values = Enumerable.Range(0, Agents).Select(i => EtcdProcess.Put(SampleCards.IdOf(i), SampleCards.Envelope(i, 1))).ToArray();
        byte[] Put(int caller, int count) => values[(caller * (Agents / Connections)) + (count % (Agents / Connections))];
        var (here, reference) = await Measure.InTurn(() => load.Rate(Request), () => puts.Rate(Put));
        return new Row(
            "durable POST /agents, updates, SQLite, 64 connections", Row.PerSecond(
                here), $"etcd, put of the same bytes through its HTTP gateway: {Row.PerSecond(reference)}",
            here / reference, "1", here >= reference);
    }

    private static async Task<Row> Batches()
    {
        const int Callers = 4, Size = 1000;
        var requests = Enumerable.Range(0, Callers).Select(_ => new BatchRequest(Size)).ToArray();
        var next = 0;
        byte[] Request(int caller, int count) => requests[caller].For(Size * next++);

        await using var bare = await HttpHost.BareAsync([(byte)'{', (byte)'}']);
        using var bareLoad = new HttpLoad(Enumerable.Repeat(bare.Address, Callers));
        await using (var other = await HttpHost.RegistryAsync())
        {
            using var otherLoad = new HttpLoad(Enumerable.Repeat(other.Address, Callers));
            await Measure.WarmUp(() => otherLoad.Rate(Request), () => bareLoad.Rate(Request));
        }

        await using var registry = await HttpHost.RegistryAsync();
        using var load = new HttpLoad(Enumerable.Repeat(registry.Address, Callers));
        var sent = 0;
        var (here, reference) = await Measure.InTurnWarm(
            () => load.Rate((caller, count) =>
            {
                sent++;
                return Request(caller, count);
            }),
            () => bareLoad.Rate(Request));
        var registered = (await registry.Agents.GetStatsAsync(Caller.Default)).Total;
        if (registered != sent * Size)
        {
            throw new InvalidOperationException($"{sent * Size:N0} agents were sent, {registered:N0} are registered.");
        }

        return new Row(
            "POST /agents:batch of new agents, 1,000 an entry list, SQLite",
            $"{here * Size:N0} agents/s",
            $"bare Kestrel reading the same: {reference * Size:N0} agents/s",
            here / reference,
            "20,000 agents/s",
            here * Size >= 20_000);
    }

    /// <summary>One request of a batch of agents, in which only their numbers change from one use to the next.</summary>
    private sealed class BatchRequest
    {
        private readonly byte[] bytes;
        private readonly int[] entries;

        public BatchRequest(int size)
        {
            var body = new List<byte>([.. "{\"agents\":["u8]);
            entries = new int[size];
            for (var i = 0; i < size; i++)
            {
                entries[i] = body.Count;
                body.AddRange(SampleCards.Envelope(i));
                body.Add((byte)(i < size - 1 ? ',' : ']'));
            }

            body.Add((byte)'}');
            bytes = HttpLoad.Post("/agents:batch", body.ToArray());
            var head = bytes.Length - body.Count;
            entries = [.. entries.Select(entry => head + entry)];
        }

        /// <summary>The request for as many agents from <paramref name="first"/> on; valid until the next one.</summary>
        public byte[] For(int first)
        {
            for (var i = 0; i < entries.Length; i++)
            {
                SampleCards.Renumber(bytes.AsSpan(entries[i]), first + i);
            }

            return bytes;
        }
    }
}
