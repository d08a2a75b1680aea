using OrleansRegistry.Http;

namespace OrleansRegistry.Benchmarks;

/// <summary>What happens to those that are let in, where twice as much comes as fits: three searches, and a durable update of an agent.</summary>
internal static class OverloadRows
{
    private const int Agents = 20_000;
    private const int Connections = 256;
    private const int Rounds = 5;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(4);

    private static readonly byte[][] Searches =
        [.. Enumerable.Range(0, 97).Select(topic => HttpLoad.Get($"/agents?search=text&q=question+about+topic-{topic}&page_size=3"))];

    private static readonly byte[][] Updates =
        [.. Enumerable.Range(0, Connections * 8).Select(i => HttpLoad.Post("/agents", SampleCards.Envelope(i, i % 10)))];

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        double fits;
        OpenTimes unlimited;
        await using (var open = await StartAsync(_ => { }))
        {
            using (var closed = new HttpLoad(Enumerable.Repeat(open.Address, 32)))
            {
                await closed.Rate((caller, count) => Request((caller * 61) + count), Turn * 4);

                // Half of what the server does at most: it shares its processors with those who ask.
                fits = await closed.Rate((caller, count) => Request((caller * 61) + count), Turn) / 2;
            }

            using var load = new OpenLoad(open.Address, Connections);
            await load.RunAsync(fits, Turn, Request);
            unlimited = await load.RunAsync(fits * 2, Turn, Request);
        }

        await using var limited = await StartAsync(options =>
            (options.Limits.Caller.Rate, options.Limits.Caller.Burst) = ((int)fits, (int)fits / 10));
        using var asking = new OpenLoad(limited.Address, Connections);
        await asking.RunAsync(fits, Turn * 3, Request);
        List<OpenTimes> once = [], twice = [];
        for (var round = 0; round < Rounds; round++)
        {
            once.Add(await asking.RunAsync(fits, Turn, Request));
            twice.Add(await asking.RunAsync(fits * 2, Turn, Request));
        }

        var (at, over) = (Median(once), Median(twice));
        yield return new Row(
            $"searches and updates, {fits * 2:N0} /s where REGISTRY_LIMIT_CALLER_RATE is {fits:N0}",
            $"{over}",
            $"{fits:N0} /s: {at}",
            over.P99 / at.P99,
            "p99 of accepted within 2",
            over.P99 / at.P99 <= 2);
        yield return SearchRows.Told("the same without a limit", $"{unlimited}", "");
    }

    private static byte[] Request(int number) => number % 4 == 3 ? Updates[number / 4 % Updates.Length] : Searches[number % Searches.Length];

    private static OpenTimes Median(List<OpenTimes> rounds) => rounds.OrderBy(round => round.P99).ElementAt(Rounds / 2);

    private static async Task<HttpHost> StartAsync(Action<RegistryHttpOptions> configure)
    {
        var host = await HttpHost.RegistryAsync(services: services => services.AddRegistryHttp(configure));
        foreach (var chunk in Enumerable.Range(0, Agents).Chunk(256))
        {
            await Task.WhenAll(chunk.Select(i => host.Agents.RegisterAsync(Caller.Default, SampleCards.Registration(i))));
        }

        return host;
    }
}
