namespace OrleansRegistry.Directory.Tests;

public sealed class ListingTests
{
    private readonly TestDirectory directory = new();

    [Theory]
    [InlineData("weather", new[] { "w" })]
    [InlineData("WEATHER", new[] { "w" })]
    [InlineData("tells the", new[] { "w" })]
    [InlineData("now-c", new[] { "w" })]
    [InlineData("ÉCOLE", new[] { "é" })]
    [InlineData("天気", new[] { "é" })]
    [InlineData("", new[] { "w", "é" })]
    [InlineData("name of", new string[0])]
    [InlineData("must not find", new string[0])]
    [InlineData("sky", new string[0])]
    [InlineData("weathertells", new string[0])]
    public void Keywords_match_name_description_and_skill_ids_whatever_the_case(string text, string[] found)
    {
        directory.Put("w", new TestCard("Weather", "Tells the weather", Tags: ["sky"], Skills: ["now-CAST"]));
        directory.Put("é", new TestCard("école", "天気"));
        Assert.Equal(found, directory.Ids(new AgentQuery { Text = text }));
    }

    [Theory]
    [InlineData("Caf\u00e9 d'Or\u00e9")]
    [InlineData("Cafe\u0301 d'Ore\u0301")]
    public void Accents_are_found_composed_and_decomposed_and_the_card_keeps_its_bytes(string text)
    {
        const string Composed = "Caf\u00e9 d'Or\u00e9";
        const string Decomposed = "Cafe\u0301 d'Ore\u0301";
        directory.Put("c", new TestCard(Composed, Tags: [Composed], Skills: [Composed], Category: Composed, Provider: Composed));
        directory.Put("d", new TestCard(Decomposed, Tags: [Decomposed, Composed], Skills: [Decomposed], Category: Decomposed, Provider: Decomposed));
        foreach (var query in (AgentQuery[])[
            new() { Text = text }, new() { Text = text.ToUpperInvariant() }, new() { Tags = [text] }, new() { Skills = [text] }, new()
            {
                Category = text,
            }, new() { Provider = text },
            new() { Tags = ["none", text], Category = text, Provider = text.ToUpperInvariant() }])
        {
            Assert.Equal(["c", "d"], directory.Ids(query));
        }

        Assert.Equal(Decomposed, AgentCard.Read(directory.Agents.Find(TestDirectory.Tenant, "d")!.Card).Name);
        Assert.Equal([new FacetCount(Composed, 2)], directory.Agents.Tags(TestDirectory.Everybody));
        directory.Put("d", new TestCard("plain"));
        directory.Remove("c");
        Assert.Empty(directory.Ids(new AgentQuery { Tags = [text] }));
    }

    [Fact]
    public void A_query_has_up_to_a_thousand_tags_and_as_many_skills()
    {
        static string[] Values(int count) => [.. Enumerable.Range(0, count).Select(i => $"x{i}")];
        var most = new AgentQuery { Tags = Values(AgentQuery.MaxValues), Skills = Values(AgentQuery.MaxValues) };
        Assert.Empty(directory.Ids(most));
        Assert.Equal("tags", Assert.Throws<RegistryException>(() => directory.Ids(most with { Tags = Values(AgentQuery.MaxValues + 1) })).Field);
        Assert.Equal("skills", Assert.Throws<RegistryException>(() => directory.Ids(most with { Skills = Values(AgentQuery.MaxValues + 1) })).Field);
    }

    [Fact]
    public void Filters_narrow_and_all_must_hold()
    {
        directory.Put("a", new TestCard("a", Tags: ["x", "y"], Skills: ["s1"], Category: "c1", Provider: "Acme", Capabilities: ["streaming"]));
        directory.Put("b", new TestCard("b", Tags: ["y"], Skills: ["s2"], Category: "c1", Provider: "ACME"), enabled: false);
        directory.Put("c", new TestCard("c", Tags: ["z"], Skills: ["s1", "s2"], Category: "c2", Capabilities: ["push_notifications"]));

        Assert.Equal(["a", "b"], directory.Ids(new AgentQuery { Tags = ["x", "y"] }));
        Assert.Equal(["a", "c"], directory.Ids(new AgentQuery { Tags = ["x", "z", "nobody"] }));
        Assert.Equal([], directory.Ids(new AgentQuery { Tags = ["X"] }));
        Assert.Equal(["a", "b", "c"], directory.Ids(new AgentQuery { Skills = ["s1", "s2"] }));
        Assert.Equal(["a", "b"], directory.Ids(new AgentQuery { Category = "c1" }));
        Assert.Equal(["a", "b"], directory.Ids(new AgentQuery { Provider = "acme" }));
        Assert.Equal(["a"], directory.Ids(new AgentQuery { Capability = "streaming" }));
        Assert.Equal(["c"], directory.Ids(new AgentQuery { Capability = "pushNotifications" }));
        Assert.Equal(["c"], directory.Ids(new AgentQuery { Capability = "push_notifications" }));
        Assert.Equal(["b"], directory.Ids(new AgentQuery { Enabled = false }));
        Assert.Equal(["b"], directory.Ids(new AgentQuery { Tags = ["y"], Skills = ["s2"], Category = "c1" }));
        Assert.Equal([], directory.Ids(new AgentQuery { Tags = ["x"], Category = "c2" }));
    }

    [Fact]
    public void An_update_leaves_nothing_stale_behind()
    {
        directory.Put("a", new TestCard("old", "old words", ["t1"], ["s1"], "c1", "P1", ["streaming"], ["urn:1"]));
        directory.Put("a", new TestCard("new", "new words", ["t2"], ["s2"], "c2", "P2", ["tools"], ["urn:2"]));

        Assert.Equal([], directory.Ids(new AgentQuery { Text = "old" }));
        Assert.Equal([], directory.Ids(new AgentQuery { Tags = ["t1"] }));
        Assert.Equal([], directory.Ids(new AgentQuery { Skills = ["s1"] }));
        Assert.Equal([], directory.Ids(new AgentQuery { Category = "c1" }));
        Assert.Equal([], directory.Ids(new AgentQuery { Provider = "P1" }));
        Assert.Equal([], directory.Ids(new AgentQuery { Capability = "streaming" }));
        Assert.Equal(
            ["a"],
            directory.Ids(new AgentQuery { Tags = ["t2"], Skills = ["s2"], Category = "c2", Provider = "p2", Capability = "tools", Text = "new" }));
        Assert.Equal([new FacetCount("t2", 1)], directory.Agents.Tags(TestDirectory.Everybody));
        Assert.Equal([new FacetCount("c2", 1)], directory.Agents.Categories(TestDirectory.Everybody));
        Assert.Null(directory.Agents.FindExtension(TestDirectory.Everybody, "urn:1"));
        Assert.Equal(new AgentStats(1, 1, 0, 1, 1, 1, 1, 2), directory.Agents.Stats(TestDirectory.Everybody));

        directory.Remove("a");
        Assert.Equal(new AgentStats(0, 0, 0, 0, 0, 0, 0, 3), directory.Agents.Stats(TestDirectory.Everybody));
    }

    [Fact]
    public void Pages_follow_each_other_without_a_gap_while_agents_come_and_go()
    {
        for (var i = 0; i < 1500; i++)
        {
            directory.Put($"agent-{i:0000}", new TestCard("n", Tags: [i % 3 == 0 ? "third" : "other"]));
        }

        var query = new AgentQuery { Tags = ["third"], PageSize = 100 };
        var seen = new List<string>();
        string? token = null;
        var pages = 0;
        do
        {
            var page = directory.Agents.List(TestDirectory.Everybody, query with { PageToken = token });
            seen.AddRange(page.Agents.Select(agent => agent.Id));
            token = page.NextPageToken;
            // The cursor's own agent goes, and one behind the cursor comes.
            directory.Remove(page.Agents[^1].Id);
            directory.Put($"agent-0000-{pages++}", new TestCard("n", Tags: ["third"]));
        }
        while (token is not null);

        Assert.Equal(5, pages);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"agent-{i * 3:0000}"), seen);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("!!!!")]
    [InlineData("AAAAAAAA")]
    public void A_page_token_that_is_none_is_refused(string token) =>
        Assert.Equal("page_token", Assert.Throws<RegistryException>(() => directory.Ids(new AgentQuery { PageSize = 1, PageToken = token })).Field);

    [Fact]
    public void A_page_token_serves_only_the_query_it_was_given_for()
    {
        directory.Put("a", new TestCard("a", Tags: ["t"]));
        directory.Put("b", new TestCard("b", Tags: ["t"]));
        var token = directory.Agents.List(TestDirectory.Everybody, new AgentQuery { PageSize = 1 }).NextPageToken;
        Assert.Equal(["b"], directory.Ids(new AgentQuery { PageSize = 5, PageToken = token }));
        Assert.Throws<RegistryException>(() => directory.Ids(new AgentQuery { PageSize = 1, PageToken = token, Tags = ["t"] }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1001)]
    public void A_page_size_out_of_range_is_refused(int size) =>
        Assert.Equal("page_size", Assert.Throws<RegistryException>(() => directory.Ids(new AgentQuery { PageSize = size })).Field);

    [Fact]
    public void Tenants_see_only_their_own()
    {
        directory.Put("a", new TestCard("mine", Extensions: ["urn:x"]));
        directory.Put("a", new TestCard("theirs", Extensions: ["urn:x"]), tenant: "other");
        Assert.Equal("mine", AgentCard.Read(directory.Agents.Find(TestDirectory.Tenant, "a")!.Card).Name);
        Assert.Equal(1, directory.Agents.FindExtension(AgentViewer.OfAll("other"), "urn:x")!.UsageCount);
        Assert.Empty(directory.Ids(new AgentQuery(), "third"));
    }
}
