using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Vectors;

/// <summary>Agents are embedded in the background, and found by what they mean, with words or without.</summary>
public sealed class EmbeddingTests : IAsyncLifetime
{
    private static readonly Caller Alice = new("acme", "alice");

    private readonly SqliteStore store = TestStores.InMemory();
    private readonly WordEmbedder embedder = new();
    private RegistryHost host = null!;

    public async ValueTask InitializeAsync()
    {
        await store.OpenAsync(CancellationToken.None);
        host = await StartAsync(embedder);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task An_agent_is_found_by_what_it_means_and_says_why()
    {
        await PutAsync("sky", "tells of the rain");
        await PutAsync("teller", "sends an invoice");
        await EmbeddedAsync();

        var page = await SearchAsync("umbrella");
        var match = page.Matches![0];
        Assert.Equal(("sky", "description"), (match.AgentId, match.MeaningField));
        Assert.Null(match.TextScore);
        Assert.InRange(match.MeaningScore!.Value, 0.15, 1);
        Assert.Equal(new AgentSearchInfo(AgentSearchMode.Hybrid, null, 0), page.Search);

        Assert.Empty((await SearchAsync("umbrella", AgentSearchMode.Text)).Agents);
        Assert.Equal("sky", (await SearchAsync("umbrella", AgentSearchMode.Meaning)).Agents[0].Id);
        Assert.Equal("teller", (await SearchAsync("money")).Agents[0].Id);
    }

    [Fact]
    public async Task A_changed_card_is_found_by_its_new_meaning_and_texts_that_stay_are_not_embedded_again()
    {
        await PutAsync("a", "tells of the rain", "rain radar");
        await EmbeddedAsync();
        await PutAsync("a", "sends an invoice", "rain radar");
        await EmbeddedAsync();
        await PutAsync("b", "sends an invoice", "rain radar");
        await EmbeddedAsync();

        Assert.Contains("a", Ids(await SearchAsync("money", AgentSearchMode.Meaning)));
        Assert.Equal(1, embedder.Asked.Count(text => text.Contains("radar", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Vectors_outlive_a_restart_and_are_made_anew_for_another_model()
    {
        await PutAsync("sky", "tells of the rain");
        await EmbeddedAsync();
        await host.DisposeAsync();

        var same = new WordEmbedder();
        host = await StartAsync(same);
        await EmbeddedAsync();
        Assert.Equal("sky", (await SearchAsync("umbrella")).Agents[0].Id);
        Assert.Equal(["umbrella"], same.Asked);
        await host.DisposeAsync();

        var other = new WordEmbedder("others");
        host = await StartAsync(other);
        await EmbeddedAsync();
        Assert.Equal(["sky. tells of the rain"], other.Asked);
        Assert.Equal("sky", (await SearchAsync("umbrella")).Agents[0].Id);
    }

    [Fact]
    public async Task The_vectors_of_an_agent_that_is_gone_go_with_it_and_are_nothing_to_a_later_one()
    {
        await PutAsync("sky", "tells of the rain");
        await EmbeddedAsync();
        await host.Agents.RemoveAsync(Alice, "sky", cancellationToken: TestContext.Current.CancellationToken);
        await EmbeddedAsync();
        Assert.Null(await store.ReadAsync(AgentVectorsKind.Kind, new RecordKey("acme", "sky"), TestContext.Current.CancellationToken));
        await PutAsync("sky", "sends an invoice");
        await EmbeddedAsync();
        Assert.Empty((await SearchAsync("umbrella", AgentSearchMode.Meaning)).Agents);
    }

    [Fact]
    public async Task What_the_model_cannot_take_holds_up_no_other_agent()
    {
        embedder.Fails = "poison";
        await PutAsync("p", "is poison");
        foreach (var i in Enumerable.Range(0, 20))
        {
            await PutAsync($"sky{i}", $"tells of the rain in place {(char)('a' + i)}");
        }

        await EmbeddedAsync(but: 1);
        Assert.Equal("p", Assert.Single(Vectors.Of("acme").Waiting));
        Assert.Equal(1, (await SearchAsync("umbrella")).Search!.Waiting);
        Assert.Equal(1, (await host.Agents.GetStatsAsync(Alice, TestContext.Current.CancellationToken)).EmbeddingLag);
        Assert.Equal(0, (await host.Agents.GetStatsAsync(new Caller("other", "bob"), TestContext.Current.CancellationToken)).EmbeddingLag);
    }

    [Fact]
    public async Task Where_the_model_fails_a_search_goes_by_words_and_says_so()
    {
        await PutAsync("sky", "tells of the rain");
        await EmbeddedAsync();
        embedder.Fails = "";
        var page = await SearchAsync("rain");
        Assert.Equal(("sky", AgentSearchMode.Text), (page.Agents[0].Id, page.Search!.Mode));
        Assert.NotNull(page.Search.Fallback);

        // And at once for a while, by what is known of the model.
        embedder.Hangs = true;
        Assert.Equal(AgentSearchMode.Text, (await SearchAsync("rains", AgentSearchMode.Meaning)).Search!.Mode);
    }

    [Fact]
    public async Task Filters_hold_before_the_best_are_taken_and_other_tenants_agents_are_not_seen()
    {
        await PutAsync("sky", "tells of the rain", "radar");
        await PutAsync("cloud", "tells of the rain");
        await host.Agents.RegisterAsync(
            new Caller("other", "bob"), Registration("theirs", "tells of the rain"), TestContext.Current.CancellationToken);
        await EmbeddedAsync();
        var query = new AgentQuery { Words = "umbrella", Skills = ["radar"] };
        Assert.Equal(["sky"], Ids(await host.Agents.ListAsync(Alice, query, TestContext.Current.CancellationToken)));
        Assert.Equal(["cloud", "sky"], Ids(await SearchAsync("umbrella")).Order());
    }

    [Fact]
    public async Task Pages_go_on_and_a_way_of_search_without_words_is_refused()
    {
        foreach (var i in Enumerable.Range(0, 7))
        {
            await PutAsync($"sky{i}", "tells of the rain");
        }

        await EmbeddedAsync();
        var (found, token) = (new List<string>(), default(string));
        do
        {
            var page = await host.Agents.ListAsync(
                Alice, new AgentQuery { Words = "umbrella", PageSize = 3, PageToken = token }, TestContext.Current.CancellationToken);
            found.AddRange(Ids(page));
            token = page.NextPageToken;
        }
        while (token is not null);
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"sky{i}"), found);

        var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await host.Agents.ListAsync(
            Alice, new AgentQuery { Search = AgentSearchMode.Hybrid }, TestContext.Current.CancellationToken));
        Assert.Equal("search", refusal.Field);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_made_again()
    {
        await store.WriteAsync(
            AgentVectorsKind.Kind,
            new RecordKey("acme", "sky"),
            0,
            new RecordBody(RawJson.FromValid("{}"u8), RawJson.FromValid("{}"u8)),
            TestContext.Current.CancellationToken);
        await PutAsync("sky", "tells of the rain");
        await EmbeddedAsync();
        Assert.Equal("sky", (await SearchAsync("umbrella")).Agents[0].Id);
    }

    private VectorDirectory Vectors => host.Services.GetRequiredService<VectorDirectory>();

    private Task<RegistryHost> StartAsync(WordEmbedder model) => RegistryHost.StartAsync(
        store: new StoreProbe(store, isOpen: true), services: services => services.AddSingleton<ITextEmbedder>(model));

    private Task<AgentWriteResult> PutAsync(string id, string description, params string[] skills) =>
        host.Agents.RegisterAsync(Alice, Registration(id, description, skills), TestContext.Current.CancellationToken);

    private static AgentRegistration Registration(string id, string description, params string[] skills)
    {
        var named = string.Join(",", skills.Select(skill => $$"""{"id":"{{skill}}","name":"{{skill}}"}"""));
        return new AgentRegistration(Encoding.UTF8.GetBytes($$"""{"name":"{{id}}","description":"{{description}}","skills":[{{named}}]}"""));
    }

    private async Task<AgentPage> SearchAsync(string words, AgentSearchMode? by = null) =>
        await host.Agents.ListAsync(Alice, new AgentQuery { Words = words, Search = by }, TestContext.Current.CancellationToken);

    private static string[] Ids(AgentPage page) => [.. page.Agents.Select(agent => agent.Id)];

    private Task EmbeddedAsync(int but = 0)
    {
        var seen = host.Agents.Revision;
        return Eventually.TrueAsync(
            () => Vectors.IsLoaded && Vectors.SeenRevision >= seen && Vectors.WaitingCount == but, $"all agents but {but} to be embedded");
    }
}
