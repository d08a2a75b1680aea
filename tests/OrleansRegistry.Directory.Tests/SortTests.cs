namespace OrleansRegistry.Directory.Tests;

public sealed class SortTests
{
    private readonly TestDirectory directory = new();

    [Theory]
    [InlineData("id", "a,b,c,d")]
    [InlineData("-id", "d,c,b,a")]
    [InlineData("name", "b,a,c,d")] // Names by the bytes of their lower case, as no culture is asked for.
    [InlineData("-name", "d,c,a,b")]
    [InlineData("registered", "c,a,d,b")]
    [InlineData("-registered", "b,d,a,c")]
    [InlineData("updated", "a,d,b,c")]
    [InlineData("-updated", "c,b,d,a")]
    public void Agents_are_ordered_and_equal_ones_come_by_their_ids(string sort, string ids)
    {
        foreach (var (id, name) in ((string, string)[])[("c", "Zebra\u0001"), ("a", "zeal"), ("d", "ÄRGER"), ("b", "apple")])
        {
            directory.Put(id, new TestCard(name));
        }

        var changed = directory.Agents.Find(TestDirectory.Tenant, "c")!;
        directory.Feed(9, "c", changed with { Revision = 9, UpdatedAt = changed.UpdatedAt.AddDays(1) });
        var expected = ids.Split(',');
        var query = new AgentQuery { Sort = AgentSort.Parse(sort) };
        Assert.Equal(expected, directory.Ids(query));
        foreach (var size in (int[])[1, 2, 3, 4])
        {
            Assert.Equal(expected, Paged(query with { PageSize = size }));
        }
    }

    [Fact]
    public void Of_equal_agents_ids_decide_in_either_direction()
    {
        foreach (var id in (string[])["c", "a", "b"])
        {
            directory.Put(id, new TestCard("same"));
        }

        Assert.Equal(["a", "b", "c"], Paged(new AgentQuery { Sort = new AgentSort(AgentSortKey.Name), PageSize = 1 }));
        Assert.Equal(["a", "b", "c"], Paged(new AgentQuery { Sort = new AgentSort(AgentSortKey.Name, IsDescending: true), PageSize = 1 }));
    }

    [Fact]
    public void What_words_find_can_be_in_another_order_than_the_best_first()
    {
        directory.Put("a", new TestCard("rain rain", Tags: ["rain"]));
        directory.Put("b", new TestCard("sun", "some rain"));
        directory.Put("c", new TestCard("sun"));
        Assert.Equal(["b", "a"], directory.Ids(new AgentQuery { Words = "rain", Sort = AgentSort.Parse("-updated") }));
        Assert.Equal(["a", "b"], directory.Ids(new AgentQuery { Words = "rain", Sort = AgentSort.Parse("relevance") }));
        Assert.Equal(["a", "b"], directory.Ids(new AgentQuery { Words = "rain", Sort = AgentSort.Parse("id") }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("size")]
    [InlineData("Name")]
    [InlineData("--name")]
    [InlineData("-relevance")]
    public void An_order_that_there_is_not_is_refused(string sort) =>
        Assert.Equal("sort", Assert.Throws<RegistryException>(() => AgentSort.Parse(sort)).Field);

    [Fact]
    public void Relevance_needs_words_and_pages_their_order()
    {
        directory.Put("a", new TestCard("a"));
        directory.Put("b", new TestCard("b"));
        Assert.Equal("sort", Refused(new AgentQuery { Sort = AgentSort.Parse("relevance") }).Field);
        var query = new AgentQuery { Sort = AgentSort.Parse("name"), PageSize = 1 };
        var token = directory.Agents.List(TestDirectory.Everybody, query).NextPageToken;
        Assert.Equal("page_token", Refused(query with { PageToken = token, Sort = AgentSort.Parse("-name") }).Field);
        Assert.Equal("page_token", Refused(query with { PageToken = token, Sort = null }).Field);
        Assert.Equal(
            "sort",
            Assert.Throws<RegistryException>(() => directory.Agents.WatchAsync(
                TestDirectory.Everybody, new AgentQuery { Sort = AgentSort.Parse("id") }, null, TimeProvider.System, CancellationToken.None)).Field);
    }

    private RegistryException Refused(AgentQuery query) => Assert.Throws<RegistryException>(() => directory.Ids(query));

    private List<string> Paged(AgentQuery query)
    {
        var ids = new List<string>();
        string? token = null;
        do
        {
            var page = directory.Agents.List(TestDirectory.Everybody, query with { PageToken = token });
            Assert.InRange(page.Agents.Count, 1, query.PageSize!.Value);
            ids.AddRange(page.Agents.Select(agent => agent.Id));
            token = page.NextPageToken;
        }
        while (token is not null);
        return ids;
    }
}
