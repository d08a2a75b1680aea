using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Vectors;

/// <summary>Agents are found by vectors that they were given, or that the registry made.</summary>
public sealed class VectorSearchTests : IAsyncLifetime
{
    private static readonly Caller Alice = new("acme", "alice");

    private readonly SqliteStore store = TestStores.InMemory();
    private readonly WordEmbedder embedder = new();
    private RegistryHost host = null!;

    public async ValueTask InitializeAsync()
    {
        await store.OpenAsync(CancellationToken.None);
        host = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await store.DisposeAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IAgentVectors Vectors => host.Services.GetRequiredService<IAgentVectors>();

    [Theory]
    [InlineData(null)]
    [InlineData(-1.0)]
    [InlineData(0.0)]
    [InlineData(0.35)]
    [InlineData(0.9)]
    public async Task Scores_are_those_of_a_naive_model(double? threshold)
    {
        var random = new Random(11);
        var given = new Dictionary<string, float[][]>();
        for (var i = 0; i < 25; i++)
        {
            given[$"a{i:D2}"] = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => RandomVector(random))];
            await RegisterAsync($"a{i:D2}", skill: i % 2 == 0 ? "even" : "odd");
            await GiveAsync($"a{i:D2}", "m", given[$"a{i:D2}"]);
        }

        await RegisterAsync("other");
        await GiveAsync("other", "n", RandomVector(random));
        for (var round = 0; round < 10; round++)
        {
            var query = RandomVector(random);
            var skills = round % 2 == 0 ? (string[])[] : ["even"];
            var page = await SearchAsync(new AgentQuery { Vector = new(query, "m"), Threshold = threshold, Skills = skills, PageSize = 100 });
            var expected = given.Where(agent => skills.Length == 0 || int.Parse(agent.Key[1..]) % 2 == 0)
                .Select(agent => (agent.Key, Score: NaiveScore(query, agent.Value, threshold ?? 0.5)))
                .Where(agent => agent.Score is not null).OrderByDescending(agent => agent.Score).ToList();
            Assert.Equal(expected.Select(agent => agent.Key), page.Agents.Select(agent => agent.Id));
            Assert.All(expected.Zip(page.Matches!), pair => Assert.Equal(pair.First.Score!.Value, pair.Second.Score, 1e-4));
            Assert.Equal(AgentSearchMode.Vector, page.Search!.Mode);
        }
    }

    [Fact]
    public async Task Pages_go_on_and_each_agent_comes_once()
    {
        var random = new Random(3);
        for (var i = 0; i < 7; i++)
        {
            await RegisterAsync($"a{i}");
            await GiveAsync($"a{i}", "m", [1, random.NextSingle()]);
        }

        var query = new AgentQuery { Vector = new(new[] { 1f, 0 }, "m") };
        var all = Ids(await SearchAsync(query));
        var (found, token) = (new List<string>(), default(string));
        do
        {
            var page = await SearchAsync(query with { PageSize = 3, PageToken = token });
            found.AddRange(Ids(page));
            token = page.NextPageToken;
        }
        while (token is not null);
        Assert.Equal(all, found);

        var first = await SearchAsync(query with { PageSize = 3 });
        var other = query with { Vector = new(new[] { 0f, 1 }, "m"), PageSize = 3, PageToken = first.NextPageToken };
        Assert.Equal("page_token", (await RefusalAsync(other)).Field);
        Assert.Equal("page_token", (await RefusalAsync(query with { Threshold = 0.1, PageToken = first.NextPageToken })).Field);
    }

    [Fact]
    public async Task Given_vectors_of_the_registrys_model_count_in_place_of_those_that_it_made()
    {
        await RegisterAsync("sky", "tells of the rain");
        await RegisterAsync("teller", "sends an invoice");
        await EmbeddedAsync(2);
        Assert.Equal("sky", Ids(await SearchAsync(new AgentQuery { Words = "umbrella" }))[0]);

        // What the owner says that it means goes before what its card says.
        var rain = (await Vectors.GetAsync(Alice, "sky", Cancellation)).Vectors[0].Values.ToArray();
        var bank = (await Vectors.GetAsync(Alice, "teller", Cancellation)).Vectors[0].Values.ToArray();
        await GiveAsync("teller", "words", rain);
        await GiveAsync("sky", "words", bank);
        foreach (var mode in (AgentSearchMode?[])[null, AgentSearchMode.Meaning, AgentSearchMode.Vector])
        {
            double? threshold = mode == AgentSearchMode.Vector ? 0.2 : null;
            var page = await SearchAsync(new AgentQuery { Words = "umbrella", Search = mode, Threshold = threshold });
            Assert.Equal("teller", page.Agents[0].Id);
        }

        // Of another model they are nothing to it, and what it made counts.
        await GiveAsync("teller", "others", rain);
        await Vectors.RemoveAsync(Alice, "sky", cancellationToken: Cancellation);
        Assert.Equal("sky", (await SearchAsync(new AgentQuery { Words = "umbrella", Search = AgentSearchMode.Meaning })).Agents[0].Id);
        Assert.Equal(["teller"], Ids(await SearchAsync(new AgentQuery { Vector = new(rain, "others") })));
        Assert.Equal(["sky"], Ids(await SearchAsync(new AgentQuery { Vector = new(rain) })));
    }

    [Fact]
    public async Task A_vector_takes_the_place_of_what_the_words_mean()
    {
        await RegisterAsync("sky", "tells of the rain");
        await RegisterAsync("sea", "tells of the waves");
        await GiveAsync("sky", "m", [1, 0]);
        await GiveAsync("sea", "m", [0, 1]);
        var query = new AgentQuery { Words = "tells", Vector = new(new[] { 0f, 1 }, "m") };
        var page = await SearchAsync(query);
        Assert.Equal((AgentSearchMode.Hybrid, "sea"), (page.Search!.Mode, page.Agents[0].Id));
        Assert.NotNull(page.Matches![0].TextScore);
        Assert.Equal(1, page.Matches[0].MeaningScore!.Value, 1e-5);
        Assert.Equal(["sea"], Ids(await SearchAsync(query with { Words = null, Search = AgentSearchMode.Meaning })));
    }

    [Fact]
    public async Task Queries_that_fit_no_vectors_or_do_not_go_together_are_refused()
    {
        await RegisterAsync("sky");
        await GiveAsync("sky", "m", [1, 0]);
        var good = new AgentQueryVector(new[] { 1f, 0 }, "m");
        (string Field, AgentQuery Query)[] wrong =
        [
            ("vector", new() { Vector = new(new[] { 1f, 0, 0 }, "m") }),
            ("model", new() { Vector = new(new[] { 1f, 0 }, "none") }),
            ("model", new() { Vector = new(new[] { 1f, 0 }, "") }),
            ("vector", new() { Vector = new(new[] { 1f, 0 }) }),
            ("vector", new() { Vector = new(new float[64], "words") }),
            ("vector", new() { Vector = new(Array.Empty<float>(), "m") }),
            ("vector", new() { Vector = new(new float[4_097], "m") }),
            ("vector[1]", new() { Vector = new(new[] { 1f, float.NaN }, "m") }),
            ("vector", new() { Vector = new(new[] { 0f, 0 }, "m") }),
            ("threshold", new() { Vector = good, Threshold = 1.1 }),
            ("threshold", new() { Vector = good, Threshold = double.NaN }),
            ("threshold", new() { Words = "x", Threshold = 0.5 }),
            ("threshold", new() { Threshold = 0.5 }),
            ("search", new() { Vector = good, Search = AgentSearchMode.Text }),
            ("search", new() { Vector = good, Search = AgentSearchMode.Hybrid }),
            ("search", new() { Search = AgentSearchMode.Vector }),
            ("sort", new() { Vector = good, Sort = new AgentSort(AgentSortKey.Name) }),
        ];
        foreach (var (field, query) in wrong)
        {
            Assert.Equal(field, (await RefusalAsync(query)).Field);
        }

        var finder = host.Services.GetRequiredService<IAgentFinder>();
        var counted = await Assert.ThrowsAsync<RegistryException>(
            async () => await finder.CountAsync(Alice, new AgentQuery { Vector = good }, Cancellation));
        Assert.Equal("vector", counted.Field);
        var watched = await Assert.ThrowsAsync<RegistryException>(async () =>
        {
            await foreach (var _ in host.Agents.WatchAsync(Alice, new AgentQuery { Vector = good }, cancellationToken: Cancellation))
            {
            }
        });
        Assert.Equal("vector", watched.Field);
    }

    [Fact]
    public async Task A_page_goes_on_in_the_mode_of_the_one_before_or_says_why_it_cannot()
    {
        foreach (var i in Enumerable.Range(0, 5))
        {
            await RegisterAsync($"sky{i}", "tells of the rain");
        }

        await EmbeddedAsync(5);
        var query = new AgentQuery { Words = "rain", PageSize = 2 };
        var first = await SearchAsync(query);
        Assert.Equal(AgentSearchMode.Hybrid, first.Search!.Mode);
        Assert.Equal("page_token", (await RefusalAsync(query with { Search = AgentSearchMode.Text, PageToken = first.NextPageToken })).Field);
        await host.DisposeAsync();
        host = await StartAsync();
        await EmbeddedAsync(5);
        embedder.Fails = "";
        var refusal = await RefusalAsync(query with { PageToken = first.NextPageToken });
        Assert.Equal((RegistryError.Unavailable, "page_token"), (refusal.Error, refusal.Field));

        // What was begun by words goes on by words, whatever can be found out by then.
        var byWords = await SearchAsync(query);
        Assert.Equal(AgentSearchMode.Text, byWords.Search!.Mode);
        await host.DisposeAsync();
        embedder.Fails = null;
        host = await StartAsync();
        await EmbeddedAsync(5);
        var next = await SearchAsync(query with { PageToken = byWords.NextPageToken });
        Assert.Equal((AgentSearchMode.Text, "sky2"), (next.Search!.Mode, next.Agents[0].Id));
        Assert.NotNull(next.Search.Fallback);
        Assert.Equal(AgentSearchMode.Hybrid, (await SearchAsync(query with { PageToken = first.NextPageToken })).Search!.Mode);
    }

    private static double? NaiveScore(float[] query, float[][] vectors, double threshold)
    {
        var near = vectors.Select(vector => Cosine(query, vector)).Where(cosine => cosine >= threshold).OrderDescending().ToList();
        return near.Count == 0 ? null : (0.6 * near[0]) + (0.3 * near.Take(3).Average()) + (0.1 * Math.Min(near.Count / 5.0, 1));
    }

    private static double Cosine(float[] left, float[] right) =>
        left.Zip(right, (x, y) => (double)x * y).Sum() / Math.Sqrt(left.Sum(x => (double)x * x) * right.Sum(y => (double)y * y));

    private static float[] RandomVector(Random random) => [.. Enumerable.Range(0, 5).Select(_ => (random.NextSingle() * 4) - 1)];

    private Task<RegistryHost> StartAsync() => RegistryHost.StartAsync(
        store: new StoreProbe(store, isOpen: true), services: services => services.AddSingleton<ITextEmbedder>(embedder));

    private async Task RegisterAsync(string id, string description = "about it", string skill = "s") => await host.Agents.RegisterAsync(
        Alice,
        new(Encoding.UTF8.GetBytes($$"""{"name":"{{id}}","description":"{{description}}","skills":[{"id":"{{skill}}"}]}""")),
        Cancellation);

    private Task<AgentRecord> GiveAsync(string id, string model, params float[][] vectors) =>
        Vectors.PutAsync(Alice, id, new AgentVectorUpdate(model, [.. vectors.Select((values, i) => new AgentVector($"f{i}", values))]), Cancellation);

    private async Task<AgentPage> SearchAsync(AgentQuery query) => await host.Agents.ListAsync(Alice, query, Cancellation);

    private Task<RegistryException> RefusalAsync(AgentQuery query) =>
        Assert.ThrowsAsync<RegistryException>(async () => await host.Agents.ListAsync(Alice, query, Cancellation));

    private static string[] Ids(AgentPage page) => [.. page.Agents.Select(agent => agent.Id)];

    private Task EmbeddedAsync(int agents) => Eventually.TrueAsync(
        async () => (await Vectors.GetStatsAsync(Alice, Cancellation)) is var stats && stats.Agents >= agents && stats.Waiting == 0,
        $"{agents} agents to be embedded");
}
