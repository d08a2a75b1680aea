using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using OrleansRegistry.Directory;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// Searches in one node's memory over more and more agents (<c>SEARCH_AGENTS</c>, 1,000, 100,000 and 1,000,000), whose cards are mixed from the real ones that
/// <c>REGISTRY_TEST_CARDS</c> names: the name of one, the skills of another. <c>SEARCH_SVG</c> names a file for a plot of it. Up to
/// <c>SEARCH_POSTGRES_AGENTS</c> (100,000), PostgreSQL's full-text search is asked the same.
/// </summary>
internal static class SearchRows
{
    public const string Tenant = "t";

    public static readonly string[] Queries =
    [
        "generate a diagram from a text description", "weather forecast for tomorrow", "expence tracker", "invoice reconcilation",
        "trading market data", "code review of pull requests", "trust score for agents", "payments in usdc", "book a flight and a hotel",
        "meeting notes", "translate documents", "horoscope", "customer support tickets", "image gener", "summarise an article", "agent",
        "security audit of a smart contract", "legal advice", "recipes for dinner", "search the web",
    ];

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        var asked = Environment.GetEnvironmentVariable("SEARCH_AGENTS") ?? "1000,100000,1000000";
        var most = int.Parse(Environment.GetEnvironmentVariable("SEARCH_POSTGRES_AGENTS") ?? "100000", CultureInfo.InvariantCulture);
        var cards = await CardsAsync();
        var plot = new GrowthPlot("Searches of one node, p99", "ms");
        foreach (var count in asked.Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)))
        {
            foreach (var row in Run(count, cards, plot))
            {
                yield return row;
            }

            if (count <= most)
            {
                yield return await PostgresAsync(count, cards);
            }
        }

        if (Environment.GetEnvironmentVariable("SEARCH_SVG") is { } file)
        {
            await File.WriteAllTextAsync(file, plot.Draw());
        }
    }

    private static async Task<Row> PostgresAsync(int count, Func<int, byte[]> cards)
    {
        var what = $"the same by PostgreSQL's full-text search, {count:N0} agents";
        if (PrivateServer.FindBinaries() is not { } binaries)
        {
            return Told(what, "not measured: initdb and postgres are not on this machine", "");
        }

        await using var server = await PrivateServer.StartAsync(binaries, isLossy: true);
        await using var text = await PostgresText.FillAsync(server, count, cards);
        var any = Times(60, i => text.Search(Queries[i % Queries.Length], AgentQuery.RankedPageSize, all: false));
        var all = Times(60, i => text.Search(Queries[i % Queries.Length], AgentQuery.RankedPageSize, all: true));
        return Told(
            what,
            $"any of the words: p50 {any[30]:0.00} ms, p99 {any[59]:0.00} ms",
            $"all of them: p50 {all[30]:0.00} ms, p99 {all[59]:0.00} ms");
    }

    private static IEnumerable<Row> Run(int count, Func<int, byte[]> cards, GrowthPlot plot)
    {
        var index = new TenantIndex();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var filling = Stopwatch.GetTimestamp();
        long bytes = 0;
        for (var i = 0; i < count; i++)
        {
            var card = cards(i);
            bytes += card.Length;
            Put(index, i, card, i + 1);
        }

        var took = Stopwatch.GetElapsedTime(filling);
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        var of = $"{count:N0} agents";
        yield return Told($"taken in, {of}, cards of {bytes / count:N0} bytes", $"{count / took.TotalSeconds:N0} /s", "");
        yield return Told($"memory beside the card, {of}", $"{(memory - bytes) / count:N0} bytes an agent", "");

        var scan = Times(3, _ => index.All.After(null).Count(slot => slot.Entry!.SearchText.Span.IndexOf("invoice"u8) >= 0));
        plot.Add("a look at every agent", count, scan[1]);
        yield return Timed("ranked text", 20, Times(500, i => List(index, new AgentQuery { Words = Queries[i % Queries.Length] })));
        yield return Timed(
            "substring that one agent has", 10, Times(100, i => List(index, new AgentQuery { Text = $"mix{i * 37 % count:D8} ", PageSize = 20 })));
        var first = index.All.After(null).Select(slot => slot.Entry!)
            .First(entry => entry.Values(Facets.Tags).Count > 0 && entry.Values(Facets.Skills).Count > 0);
        var (tag, skill) = (first.Values(Facets.Tags)[0], first.Values(Facets.Skills)[0]);
        yield return Timed(
            "tag and skill, page of 20",
            1,
            Times(2_000, _ => List(index, new AgentQuery { Tags = [tag], Skills = [skill], PageSize = 20 })));
        var narrow = index.Of(Facets.Tags).Counts().MinBy(value => Math.Abs(value.Count - (count / 100)));
        yield return Told(
            $"ranked text of a tag that {narrow.Count:N0} have, {of}",
            Figures(Times(200, i => List(index, new AgentQuery { Words = Queries[i % Queries.Length], Tags = [narrow.Value] }))),
            $"every agent with one of the words looked at: {Figures(Times(200, i => Every(i, narrow.Value)))}");
        yield return Seen("newest change first, page of 20", _ => List(index, new AgentQuery { Sort = AgentSort.Parse("-updated"), PageSize = 20 }));
        yield return Seen("counted", _ => AgentListing.All(index, new AgentQuery { Enabled = true }).Count());
        yield return Seen("facets: tags and skills", _ => FacetCounting.Run(
            AgentListing.All(index, new AgentQuery()), [AgentField.Tag, AgentField.Skill], 20, 0).Total);
        yield return Seen("filter without an index: a host", _ => AgentListing.All(
            index, new AgentQuery { Any = AgentFilters.Of(AgentField.Host, "nowhere.example") }).Count());
        yield return Seen("a job of a few words, a tag preferred", i => new JobMatch(
            index, new AgentJob { Text = Queries[i], Preferred = AgentFilters.Of(AgentField.Tag, tag) }, null).Run(0).Found);
        yield return Timed("written, then found by text", 10, Times(Math.Min(count, 1_000), i =>
        {
            Put(index, i, Encoding.UTF8.GetBytes($$"""{"name":"mix{{i}}","description":"fresh{{i}}fresh","skills":[]}"""), count + i + 1);
            return List(index, new AgentQuery { Words = $"fresh{i}fresh " }) == 1 ? 1 : throw new InvalidOperationException("It is not found.");
        }));

        int Every(int i, string tag) => TextSearch.Run(
            index.Text.Generation,
            TextQuery.Of(Queries[i % Queries.Length], index.Text.Generation),
            AgentListing.MatcherOf(new AgentQuery { Tags = [tag] }),
            AgentQuery.RankedPageSize,
            after: null).Best.Count;

        Row Seen(string what, Func<int, int> ask)
        {
            var taken = Times(10, ask);
            return Told($"{what}, {of}", $"p50 {taken[5]:0.00} ms, most {taken[^1]:0.00} ms", "");
        }

        Row Timed(string what, double reach, double[] taken)
        {
            var p99 = taken[(int)(taken.Length * 0.99)];
            plot.Add(what, count, p99);
            return new Row(
                $"{what}, {of}",
                $"p50 {taken[taken.Length / 2]:0.00} ms, p99 {p99:0.00} ms",
                $"a look at every agent: {scan[1]:0.00} ms",
                p99 / scan[1],
                $"p99 under {reach:0} ms",
                p99 < reach);
        }
    }

    private static string Figures(double[] taken) => $"p50 {taken[taken.Length / 2]:0.00} ms, p99 {taken[(int)(taken.Length * 0.99)]:0.00} ms";

    public static int List(TenantIndex index, AgentQuery query) => AgentListing.Run(index, query, 0).Agents.Count;

    public static void Put(TenantIndex index, int i, byte[] card, long revision)
    {
        var id = $"mix{i}";
        var record = new AgentRecord { Tenant = Tenant, Id = id, Card = RawJson.FromValid(card), Revision = revision };
        index.Put(index.SlotOf(id), AgentEntry.For(record, null, new ExtensionPolicy(), index.Find(id), index.Text.Generation, out _));
    }

    public static async Task<Func<int, byte[]>> CardsAsync()
    {
        if (Environment.GetEnvironmentVariable("REGISTRY_TEST_CARDS") is not { } folder)
        {
            return i => SampleCards.Card(i);
        }

        var real = new List<JsonObject>();
        foreach (var file in System.IO.Directory.GetFiles(Path.Combine(folder, "good"), "*.json").Order(StringComparer.Ordinal))
        {
            real.Add(JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject());
        }

        // Mixed beforehand, so that making them is none of what is timed.
        var mixed = new byte[real.Count * real.Count / 4][];
        for (var i = 0; i < mixed.Length; i++)
        {
            var card = (JsonObject)real[i % real.Count].DeepClone();
            card["skills"] = real[(int)((i * 7919L) % real.Count)]["skills"]?.DeepClone();
            card["name"] = $"mix00000000 {card["name"]}";
            mixed[i] = Encoding.UTF8.GetBytes(card.ToJsonString());
        }

        return i =>
        {
            var card = (byte[])mixed[i % mixed.Length].Clone();
            Encoding.UTF8.GetBytes($"{i:D8}").CopyTo(card.AsSpan(card.AsSpan().IndexOf("mix00000000"u8) + 3));
            return card;
        };
    }

    public static double[] Times(int times, Func<int, int> run)
    {
        for (var i = 0; i < Math.Min(times, 20); i++)
        {
            run(i);
        }

        var taken = new double[times];
        for (var i = 0; i < times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            run(i);
            taken[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        Array.Sort(taken);
        return taken;
    }

    public static Row Told(string what, string figure, string reference) => new(what, figure, reference, 1, "told", true);
}
