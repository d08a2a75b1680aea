using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Client.Tests;

/// <summary>Agents through the client, beside what the registry itself has.</summary>
public sealed class AgentTests(ClientHost host)
{
    private readonly Caller caller = ClientHost.NewCaller();

    private IAgentRegistry Agents => host.Client.Agents;

    [Fact]
    public async Task Changes_are_watched_over_HTTP()
    {
        var caller = ClientHost.NewCaller();
        await host.Client.Agents.RegisterAsync(caller, new AgentRegistration(ClientHost.Card("first")), ClientHost.Cancellation);
        var query = new AgentQuery { Text = "about", Not = AgentFilters.Of(AgentField.Host, "third.example.com") };
        await using var watch = host.Client.Agents.WatchAsync(caller, query, null, ClientHost.Cancellation)
            .GetAsyncEnumerator(ClientHost.Cancellation);
        Assert.Equal((AgentEventKind.Present, "first"), await NextAsync());
        Assert.Equal((AgentEventKind.Synced, null), await NextAsync());
        await host.LocalAgents.RegisterAsync(caller, new AgentRegistration(ClientHost.Card("second")), ClientHost.Cancellation);
        Assert.Equal((AgentEventKind.Registered, "second"), await NextAsync());
        Assert.Equal("second", watch.Current.Agent!.Id);
        await host.LocalAgents.RemoveAsync(caller, "first", cancellationToken: ClientHost.Cancellation);
        Assert.Equal((AgentEventKind.Removed, "first"), await NextAsync());

        async Task<(AgentEventKind, string?)> NextAsync()
        {
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
            return (watch.Current.Kind, watch.Current.AgentId);
        }
    }

    [Fact]
    public async Task Filters_hold_over_HTTP_as_they_do_here()
    {
        var card = ClientHost.Card("a", """, "tags":["x","y"], "category":"c", "defaultInputModes":["text/plain"]""");
        await Agents.RegisterAsync(caller, new AgentRegistration(card));
        await Agents.RegisterAsync(caller, new AgentRegistration(ClientHost.Card("b", """, "tags":["x"]"""), Enabled: false));
        foreach (var (query, ids) in ((AgentQuery, string[])[])[
            (new() { Tags = ["x"] }, ["a", "b"]),
            (new() { All = AgentFilters.Of(AgentField.Tag, "x", "y") }, ["a"]),
            (new() { Not = AgentFilters.Of(AgentField.Tag, "y").With(AgentField.Enabled, "true") }, ["b"]),
            (new() { Any = AgentFilters.Of(AgentField.Host, "a.example.com", "none").With(AgentField.InputMode, "TEXT/PLAIN") }, ["a"]),
            (new() { Enabled = false, Delivery = AgentDelivery.Listed }, ["b"])])
        {
            Assert.Equal(ids, (await Agents.ListAsync(caller, query)).Agents.Select(agent => agent.Id));
            await using var watch = Agents.WatchAsync(caller, query, null, ClientHost.Cancellation).GetAsyncEnumerator(ClientHost.Cancellation);
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal(ids[0], watch.Current.AgentId);
            Assert.Equal(ids.Length, (await host.Client.Finder.CountAsync(caller, query)).Count);
        }

        var backwards = new AgentQuery { Text = "about", Sort = new AgentSort(AgentSortKey.Name, IsDescending: true) };
        Assert.Equal(["b", "a"], (await Agents.ListAsync(caller, backwards)).Agents.Select(agent => agent.Id));
        var facets = await host.Client.Finder.GetFacetsAsync(caller, backwards, [AgentField.Category, AgentField.Tag], most: 1);
        Assert.Equal((2, 1, 2), (facets.Total, facets.Facets[0].Distinct, facets.Facets[1].Distinct));
        Assert.Equal((AgentField.Tag, new FacetCount("x", 2)), (facets.Facets[1].Field, facets.Facets[1].Values.Single()));
    }

    [Fact]
    public async Task Agents_are_ranked_over_HTTP_as_they_are_here()
    {
        var caller = ClientHost.NewCaller();
        await host.Client.Agents.RegisterAsync(caller, new AgentRegistration(ClientHost.Card("weather")), ClientHost.Cancellation);
        await host.Client.Agents.RegisterAsync(caller, new AgentRegistration(ClientHost.Card("traffic")), ClientHost.Cancellation);
        var query = new AgentQuery { Words = "weather, trafic" };
        var far = await host.Client.Agents.ListAsync(caller, query, ClientHost.Cancellation);
        var near = await host.LocalAgents.ListAsync(caller, query, ClientHost.Cancellation);
        Assert.Equal(["weather", "traffic"], far.Agents.Select(agent => agent.Id));
        Assert.Equal(near.Matches!.Select(match => match.AgentId), far.Matches!.Select(match => match.AgentId));
        Assert.Equal(near.Matches![0].Score, far.Matches![0].Score, 0.001);
        var (here, there) = (near.Matches[0].Highlights[0], far.Matches[0].Highlights[0]);
        Assert.Equal((here.Field, here.Text), (there.Field, there.Text));
        Assert.Equal(here.Ranges, there.Ranges);
    }

    [Fact]
    public async Task A_registration_answers_the_agent_as_it_was_stored()
    {
        var card = ClientHost.Card("a", """, "x":  1.0, "capabilities":{"extensions":[{"uri":"urn:e/1","required":true}]}""");
        var written = await Agents.RegisterAsync(caller, new(card, "a/ü", Enabled: false) { Workers = ["w1", "*"] });
        Assert.True(written is { Created: true, Repeated: false, ExtensionsProcessed: 1 });
        Assert.NotEmpty(written.Warnings);
        await SameAsync("a/ü");
        Assert.Equal(card.ToArray(), written.Agent.Card.Utf8.ToArray());
        Assert.Equal((false, "somebody", 2), (written.Agent.Enabled, written.Agent.Owner, written.Agent.Workers.Count));
        var patched = await Agents.PatchAsync(caller, "a/ü", new(ClientHost.Json("""{"x":2}"""), true, new(written.Agent.Revision)));
        Assert.Equal((true, false), (patched.Agent.Enabled, patched.Created));
        Assert.Equal(AgentDelivery.Listed, patched.Agent.EffectiveDelivery);
        Assert.Equal(AgentDelivery.Worker, (await Agents.PatchAsync(caller, "a/ü", new() { Delivery = AgentDelivery.Worker })).Agent.Delivery);
        Assert.Single((await Agents.ListAsync(caller, new() { Delivery = AgentDelivery.Worker })).Agents);
        Assert.Equal(AgentDelivery.Listed, (await Agents.PatchAsync(caller, "a/ü", new() { DeliveryByCard = true })).Agent.Delivery);
        await SameAsync("a/ü");
        await Agents.PatchAsync(caller, "a/ü", new() { LifeCycle = AgentLifeCycle.Retired, Deprecation = new("m", "next") });
        await SameAsync("a/ü");
        Assert.Equal(new AgentDeprecation("m"), (await Agents.PatchAsync(caller, "a/ü", new() { Deprecation = new(null, "") })).Agent.Deprecation);
        await SameAsync("a/ü");
        await Agents.PatchAsync(caller, "a/ü", new() { Compatibility = AgentCompatibility.Backward });
        await SameAsync("a/ü");
        Assert.Empty((await Agents.PatchAsync(caller, "a/ü", new(ClientHost.Json("""{"x":3}""")))).Breaks!);
        await SameAsync("a/ü");
        var deprecated = new AgentRegistration(card, "a/ü") { LifeCycle = AgentLifeCycle.Deprecated, Deprecation = new("", "b") };
        Assert.Equal(new AgentDeprecation("m", "b"), (await Agents.RegisterAsync(caller, deprecated)).Agent.Deprecation);
        await SameAsync("a/ü");
        var extension = (await Agents.GetExtensionAsync(caller, "urn:e/1"))!;
        Assert.Equal(("a/ü", 1, true), (extension.FirstDeclaredByAgent, extension.UsageCount, extension.Required));
        Assert.Single((await Agents.GetAgentExtensionsAsync(caller, "a/ü"))!);
        Assert.Single((await Agents.ListExtensionsAsync(caller, new() { DeclaringAgents = ["a/ü"] })).Extensions);
        var removal = await Agents.RemoveAsync(caller, "a/ü");
        Assert.Equal(("a/ü", 1), (removal.Id, removal.ExtensionsCleaned));
        Assert.Null(await Agents.GetAsync(caller, "a/ü", ReadConsistency.Strong));

        async Task SameAsync(string id)
        {
            var expected = (await host.LocalAgents.GetAsync(caller, id))!;
            var found = (await Agents.GetAsync(caller, id))!;
            Assert.Equal(expected.Workers, found.Workers);
            expected = expected with { Delivery = expected.EffectiveDelivery, Reach = default };
            Assert.Equal(
                expected with { Workers = [], ExtensionOrigins = [], Requests = [] },
                found with { Workers = [], ExtensionOrigins = [], Requests = [] });
        }
    }

    [Fact]
    public async Task An_agent_by_url_is_registered_and_refreshed()
    {
        await using var server = await CardServer.StartAsync();
        server.At[CardServer.WellKnown] = CardServer.Serve(CardServer.Card("a"), "v1");
        var byUrl = new AgentRegistration(default) { CardUrl = server.Url(), RefreshInterval = TimeSpan.FromMinutes(90) };
        var written = await Agents.RegisterAsync(caller, byUrl);
        await SameAsync(written.Agent);
        Assert.Equal(TimeSpan.FromMinutes(90), written.Agent.Source!.RefreshInterval);
        Assert.False((await Agents.RefreshAsync(caller, "a")).Changed);
        server.At[CardServer.WellKnown] = CardServer.Serve("""{"name":"a"}""");
        var refresh = await Agents.RefreshAsync(caller, "a");
        Assert.True(refresh is { Changed: true, Warnings.Count: > 0 });
        await SameAsync(refresh.Agent);

        server.At.Clear();
        Assert.Equal("card_url", (await Assert.ThrowsAsync<RegistryException>(() => Agents.RefreshAsync(caller, "a"))).Field);
        await SameAsync((await Agents.GetAsync(caller, "a"))!);
        var both = byUrl with { Card = ClientHost.Card("a") };
        Assert.Equal("card_url", (await Assert.ThrowsAsync<RegistryException>(() => Agents.RegisterAsync(caller, both))).Field);

        // But for what is not told of it: by what the next fetch is conditional.
        async Task SameAsync(AgentRecord found)
        {
            var expected = (await host.LocalAgents.GetAsync(caller, "a"))!;
            Assert.Equal(expected.Source! with { ETag = null, LastModified = null }, found.Source);
            Assert.Equal((expected.Card, expected.Revision), (found.Card, found.Revision));
        }
    }

    [Fact]
    public async Task A_batch_tells_of_each_entry()
    {
        var results = await Agents.RegisterManyAsync(
            caller, [new(ClientHost.Card("a")), new(ClientHost.Json("""{"description":"d"}"""), "b"), new(ClientHost.Card("c"), "c", false)]);
        Assert.Equal(("a", true), (results[0].Written!.Agent.Id, results[0].Written!.Agent.Enabled));
        Assert.Equal(RegistryError.Invalid, results[1].Refused!.Error);
        Assert.False(results[2].Written!.Agent.Enabled);
        Assert.Empty(await Agents.RegisterManyAsync(caller, []));
        var refused = await Assert.ThrowsAsync<RegistryException>(() => Agents.RegisterManyAsync(
            caller, [new(ClientHost.Card("a"), Condition: new(IfAbsent: true))]));
        Assert.Equal(RegistryError.NotSupported, refused.Error);
    }

    [Fact]
    public async Task Searches_facets_and_figures_are_those_of_the_registry()
    {
        const string skills = """, "category":"c1", "skills":[{"id":"s1","name":"S","description":"d","tags":["t1","t2"]}]""";
        await Agents.RegisterManyAsync(caller, [.. Enumerable.Range(0, 5).Select(i => new AgentRegistration(ClientHost.Card($"a{i}", skills)))]);
        await Agents.PatchAsync(caller, "a3", new(Enabled: false));
        var page = await Agents.ListAsync(caller, new() { PageSize = 2, Tags = ["t1", "no"], Enabled = true });
        Assert.Equal(["a0", "a1"], page.Agents.Select(agent => agent.Id));
        Assert.True(page.Revision > 0);
        page = await Agents.ListAsync(caller, new() { PageSize = 2, Tags = ["t1", "no"], Enabled = true, PageToken = page.NextPageToken });
        Assert.Equal(["a2", "a4"], page.Agents.Select(agent => agent.Id));
        Assert.Null(page.NextPageToken);
        Assert.Equal("a1", Assert.Single((await Agents.ListAsync(caller, new() { Text = "ABOUT A1" })).Agents).Id);
        Assert.Equal(await host.LocalAgents.GetTagsAsync(caller), await Agents.GetTagsAsync(caller));
        Assert.Equal(await host.LocalAgents.GetCategoriesAsync(caller), await Agents.GetCategoriesAsync(caller));

        // Others write beside this test.
        Assert.Equal(
            await host.LocalAgents.GetStatsAsync(caller) with { Revision = 0 }, await Agents.GetStatsAsync(caller) with { Revision = 0 });
        Assert.True(Agents.Revision > 0);
        await Agents.WaitForRevisionAsync(Agents.Revision);
        var fault = await Assert.ThrowsAsync<RegistryException>(() => Agents.WaitForRevisionAsync(long.MaxValue).AsTask());
        Assert.Equal(RegistryError.Conflict, fault.Error);
    }
}
