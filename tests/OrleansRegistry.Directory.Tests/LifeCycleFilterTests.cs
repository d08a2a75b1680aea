namespace OrleansRegistry.Directory.Tests;

/// <summary>Agents that are not active are found by who asks for them.</summary>
public sealed class LifeCycleFilterTests
{
    private readonly TestDirectory directory = new();

    public LifeCycleFilterTests()
    {
        Put("active", AgentLifeCycle.Active);
        Put("deprecated", AgentLifeCycle.Deprecated);
        Put("draft", AgentLifeCycle.Draft);
        Put("retired", AgentLifeCycle.Retired);
    }

    [Theory]
    [InlineData("", "active")]
    [InlineData("active", "active")]
    [InlineData("draft", "draft")]
    [InlineData("deprecated,retired", "deprecated,retired")]
    [InlineData("all", "active,deprecated,draft,retired")]
    [InlineData("all,draft", "active,deprecated,draft,retired")]
    public void Active_agents_alone_are_found_unless_asked(string asked, string expected)
    {
        AgentQuery[] queries = [new(), new() { Text = "card" }, new() { Tags = ["x"] }, new() { Words = "card" }];
        foreach (var query in queries)
        {
            var found = directory.Ids(query with { Any = query.Any.With(AgentField.LifeCycle, Split(asked)) });
            Assert.Equal(Split(expected), found.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Whoever_wants_none_of_some_gets_all_others()
    {
        Assert.Equal(["active", "deprecated"], directory.Ids(new AgentQuery { Not = AgentFilters.Of(AgentField.LifeCycle, "draft", "retired") }));
        var nothing = new AgentQuery { Not = AgentFilters.Of(AgentField.LifeCycle, "all") };
        Assert.Equal("not.lifecycle", Assert.Throws<RegistryException>(() => directory.Ids(nothing)).Field);
        var wrong = new AgentQuery { Any = AgentFilters.Of(AgentField.LifeCycle, "over") };
        Assert.Equal("lifecycle", Assert.Throws<RegistryException>(() => directory.Ids(wrong)).Field);
    }

    [Fact]
    public void A_page_token_serves_one_life_cycle()
    {
        var all = new AgentQuery { Any = AgentFilters.Of(AgentField.LifeCycle, "all"), PageSize = 2 };
        var page = directory.Agents.List(TestDirectory.Everybody, all);
        Assert.Equal(["draft", "retired"], directory.Ids(all with { PageToken = page.NextPageToken }));
        var active = new AgentQuery { PageSize = 2, PageToken = page.NextPageToken };
        Assert.Equal("page_token", Assert.Throws<RegistryException>(() => directory.Ids(active)).Field);
    }

    [Fact]
    public async Task A_watch_tells_who_is_retired_and_comes_back()
    {
        await using var watch = directory.Agents.WatchAsync(
            TestDirectory.Everybody, new AgentQuery(), null, TimeProvider.System, TestContext.Current.CancellationToken).GetAsyncEnumerator();
        Assert.Equal((AgentEventKind.Present, "active"), await NextAsync());
        Assert.Equal((AgentEventKind.Synced, null), await NextAsync());
        Put("active", AgentLifeCycle.Retired);
        Assert.Equal((AgentEventKind.Left, "active"), await NextAsync());
        Put("draft", AgentLifeCycle.Active);
        Assert.Equal((AgentEventKind.Entered, "draft"), await NextAsync());
        Put("second draft", AgentLifeCycle.Draft);
        directory.Remove("active");
        directory.Remove("draft");
        Assert.Equal((AgentEventKind.Removed, "draft"), await NextAsync());

        async Task<(AgentEventKind, string?)> NextAsync()
        {
            Assert.True(await watch.MoveNextAsync());
            return (watch.Current.Kind, watch.Current.AgentId);
        }
    }

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private void Put(string id, AgentLifeCycle lifeCycle)
    {
        var revision = directory.Agents.Revision + 1;
        directory.Feed(revision, id, directory.Record(id, new TestCard("card", Tags: ["x"]), revision) with { LifeCycle = lifeCycle });
    }
}
