using OrleansRegistry.Http;
using OrleansRegistry.TestSupport;

namespace OrleansRegistry.Benchmarks;

/// <summary>What it costs to know who calls: registries that ask for a key or a token beside one that asks nobody, in turn.</summary>
internal static class CallerRows
{
    private const int Connections = 64;
    private const int Agents = 4096;

    private static readonly Caller Ann = new("acme", "ann");

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using var plain = await StartAsync(Caller.Default, _ => { });
        using var plainLoad = new HttpLoad(Enumerable.Repeat(plain.Address, Connections));
        await using (var keyed = await StartAsync(Ann, options => options.ApiKeys = true))
        {
            var made = await keyed.Keys.CreateAsync(Ann, new NewApiKey(Ann.Subject, ["viewer"]));
            yield return await CompareAsync("an API key", 0.9, keyed, made.Text, plainLoad);
        }

        var folder = System.IO.Directory.CreateTempSubdirectory("registry-benchmark-");
        using var maker = new TokenMaker();
        var keys = Path.Combine(folder.FullName, "keys.json");
        await File.WriteAllTextAsync(keys, maker.KeySet);
        await using (var tokens = await StartAsync(Ann, options =>
            (options.Tokens.KeySet, options.Tokens.Issuers, options.Tokens.Audiences) = (keys, [TokenMaker.Issuer], [TokenMaker.Audience])))
        {
            yield return await CompareAsync("a JWT", 0.8, tokens, maker.Make(DateTimeOffset.UtcNow), plainLoad);
        }

        folder.Delete(recursive: true);
    }

    private static async Task<Row> CompareAsync(string credential, double reach, HttpHost host, string text, HttpLoad plain)
    {
        using var load = new HttpLoad(Enumerable.Repeat(host.Address, Connections));
        var (asked, open) = (Requests($"Authorization: Bearer {text}\r\n"), Requests(""));
        var (here, reference) = await Measure.InTurn(() => load.Rate(asked), () => plain.Rate(open));
        return new Row(
            $"HTTP GET of an agent with {credential}, 64 connections",
            Row.PerSecond(here),
            $"without: {Row.PerSecond(reference)}",
            here / reference,
            $"{reach}",
            here / reference >= reach);
    }

    private static Func<int, int, byte[]> Requests(string headers)
    {
        var requests = Enumerable.Range(0, Agents).Select(i => HttpLoad.Get($"/agents/{SampleCards.IdOf(i)}", headers)).ToArray();
        return (caller, count) => requests[((caller * 61) + count) % Agents];
    }

    private static async Task<HttpHost> StartAsync(Caller owner, Action<RegistryHttpOptions> configure)
    {
        var host = await HttpHost.RegistryAsync(services: services => services.AddRegistryHttp(configure));
        foreach (var chunk in Enumerable.Range(0, Agents).Chunk(256))
        {
            await Task.WhenAll(chunk.Select(i => host.Agents.RegisterAsync(owner, SampleCards.Registration(i))));
        }

        return host;
    }
}
