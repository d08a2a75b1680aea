using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Benchmarks;

/// <summary>What 20,000 beats a second of 20,000 agents cost, in cores: the processor time of this process, whoever sends the beats included.</summary>
internal static class HeartbeatRows
{
    private const int Agents = 20_000;
    private const int PerCall = 1_000;
    private const int Callers = 8;
    private const int Connections = 64;
    private const int PerAgent = 20;

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(4);

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using var registry = await HttpHost.RegistryAsync();
        string[] ids = [.. Enumerable.Range(0, Agents).Select(SampleCards.IdOf)];
        LeaseHolder[] holders = [.. ids.Select(LeaseHolder.FromString)];
        foreach (var chunk in Enumerable.Range(0, Agents).Chunk(PerCall))
        {
            await registry.Agents.RegisterManyAsync(
                Caller.Default, [.. chunk.Select(i => SampleCards.Registration(i) with { Ttl = TimeSpan.FromMinutes(10) })]);
        }

        var liveness = registry.Liveness;
        yield return RowOf("beats of 20,000 agents, co-hosted, one by one", await CoresAsync(async number =>
        {
            await liveness.HeartbeatAsync(Caller.Default, ids[number % Agents]);
            return 1;
        }));
        yield return RowOf("the same, 1,000 at once", await CoresAsync(number => ManyAsync(holders, number)));

        using var client = new HttpClient { BaseAddress = new Uri($"http://{registry.Address}") };
        var bodies = ids.Chunk(PerCall).Select(some => JsonSerializer.SerializeToUtf8Bytes(new { agent_ids = some })).ToArray();
        yield return RowOf("the same, over HTTP, with the client", await CoresAsync(async number =>
        {
            using var body = new ByteArrayContent(bodies[number % bodies.Length]);
            body.Headers.ContentType = new("application/json");
            using var answer = await client.PostAsync(new Uri("/agents:heartbeat", UriKind.Relative), body);
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync();
            return PerCall;
        }));
        await using var bare = await HttpHost.BareAsync([.. "{\"success\":true}"u8]);
        using var load = new HttpLoad(Enumerable.Repeat(registry.Address, Connections));
        using var bareLoad = new HttpLoad(Enumerable.Repeat(bare.Address, Connections));
        var requests = ids.Select(id => HttpLoad.Post($"/agents/{id}:heartbeat", [])).ToArray();
        var (here, reference) = (await CoresAsync(load, requests), await CoresAsync(bareLoad, requests));
        yield return new Row(
            "one by one over HTTP, 64 connections, with the client",
            Text(here),
            $"bare Kestrel answering the same: {Text(reference)}",
            here / reference,
            "3",
            here / reference < 3);

        LeaseHolder[] instances = [.. Enumerable.Range(0, Agents).Select(i => new LeaseHolder(ids[i / PerAgent], $"i{i % PerAgent}"))];
        await Parallel.ForEachAsync(instances, async (one, token) => await registry.Instances.PutAsync(
            Caller.Default,
            one.AgentId,
            one.Instance!,
            new InstanceRegistration("http://10.0.0.1:8080/rpc") { Version = "1.4", Ttl = TimeSpan.FromMinutes(10) },
            token));
        yield return RowOf(
            "beats of 20,000 instances of 1,000 agents, co-hosted, 1,000 at once", await CoresAsync(number => ManyAsync(instances, number)));
        yield return await ChoicesAsync(registry.Instances, ids[0]);

        async Task<int> ManyAsync(LeaseHolder[] all, int number)
        {
            var results = await liveness.HeartbeatManyAsync(Caller.Default, all[(number % (Agents / PerCall) * PerCall)..][..PerCall]);
            return results.Count(result => result.Beat is not null);
        }
    }

    private static async Task<Row> ChoicesAsync(IAgentInstances instances, string agent)
    {
        var choice = new InstanceChoice { Key = "session-1" };
        var (count, began) = (0, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(began) < Long)
        {
            for (var i = 0; i < 1_000; i++, count++)
            {
                await instances.ChooseAsync(Caller.Default, agent, choice);
            }
        }

        var each = Stopwatch.GetElapsedTime(began).TotalMicroseconds / count;
        return new Row(
            $"one of {PerAgent} instances chosen by a key",
            string.Create(CultureInfo.InvariantCulture, $"{each:0.00} µs"),
            "in 10 µs",
            each / 10,
            "1",
            each < 10);
    }

    private static async Task<double> CoresAsync(HttpLoad load, byte[][] requests)
    {
        await load.Rate(Request);
        var (before, began) = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.GetTimestamp());
        var rate = await load.Rate(Request);
        var used = Process.GetCurrentProcess().TotalProcessorTime - before;
        return used.TotalSeconds / Stopwatch.GetElapsedTime(began).TotalSeconds / rate * Agents;

        byte[] Request(int caller, int count) => requests[((caller * 311) + count) % Agents];
    }

    /// <param name="beat">Makes a call of that number, and tells how many beats it was.</param>
    private static async Task<double> CoresAsync(Func<int, Task<int>> beat)
    {
        await RunAsync(TimeSpan.FromSeconds(1));
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var beats = await RunAsync(Long);
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds / beats * Agents;

        async Task<long> RunAsync(TimeSpan time)
        {
            var (began, number, beats) = (Stopwatch.GetTimestamp(), 0, 0L);
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
            {
                while (Stopwatch.GetElapsedTime(began) < time)
                {
                    Interlocked.Add(ref beats, await beat(Interlocked.Increment(ref number)));
                }
            })));
            return beats;
        }
    }

    private static Row RowOf(string what, double cores) => new(
        what, Text(cores), "20,000 /s on one core", cores, "1", cores < 1);

    private static string Text(double cores) => string.Create(CultureInfo.InvariantCulture, $"{cores:0.00} cores");
}
