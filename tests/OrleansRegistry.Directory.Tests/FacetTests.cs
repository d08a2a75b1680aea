namespace OrleansRegistry.Directory.Tests;

public sealed class FacetTests
{
    private readonly TestDirectory directory = new();

    private DirectoryQueries Queries => new(directory.Agents);

    [Fact]
    public void Values_are_counted_among_the_agents_of_the_query()
    {
        directory.Put("a", new TestCard("rain", Tags: ["x", "y"], Provider: "Acme", OutputModes: ["text/plain", "TEXT/plain"]));
        directory.Put("b", new TestCard("rain", Tags: ["x"], Provider: "ACME", OutputModes: ["text/PLAIN"]), enabled: false);
        directory.Put("c", new TestCard("sun", Tags: ["y", "z"]));

        var all = Facets(new AgentQuery(), AgentField.Tag, AgentField.Provider, AgentField.OutputMode, AgentField.Enabled, AgentField.Owner);
        Assert.Equal(3, all.Total);
        Assert.Equal([new("x", 2), new("y", 2), new("z", 1)], all.Facets[0].Values);
        Assert.Equal([("Acme", 2)], all.Facets[1].Values.Select(value => (value.Value, value.Count)));
        Assert.Equal([("text/plain", 2)], all.Facets[2].Values.Select(value => (value.Value, value.Count)));
        Assert.Equal([new("true", 2), new("false", 1)], all.Facets[3].Values);
        Assert.Equal((AgentField.Owner, 0, 0), (all.Facets[4].Field, all.Facets[4].Values.Count, all.Facets[4].Distinct));

        var some = Facets(new AgentQuery { Not = AgentFilters.Of(AgentField.Tag, "z"), Enabled = true }, AgentField.Tag);
        Assert.Equal((1, 2), (some.Total, some.Facets[0].Distinct));
        Assert.Equal([new("x", 1), new("y", 1)], some.Facets[0].Values);
        Assert.Equal(2, Facets(new AgentQuery { Words = "rain", PageSize = 1 }, AgentField.Tag).Total);
        Assert.Equal(1, Facets(new AgentQuery { Text = "sun", Sort = AgentSort.Parse("name") }, AgentField.Tag).Total);
    }

    [Fact]
    public void A_card_counts_once_for_each_of_many_values_in_several_spellings()
    {
        string[] modes = [.. Enumerable.Range(0, 40).SelectMany(i => new[] { $"a/m{i:00}", $"A/m{i:00}" })];
        directory.Put("a", new TestCard("n", Skills: ["s"], OutputModes: modes));
        directory.Put("b", new TestCard("n", Skills: ["s"], OutputModes: ["a/M39", "a/m39"]));
        var facet = Queries.Facets(TestDirectory.Everybody, new AgentQuery(), [AgentField.OutputMode], 2).Facets.Single();
        Assert.Equal([2, 1], facet.Values.Select(value => value.Count));
        Assert.Equal(40, facet.Distinct);
    }

    [Fact]
    public void Only_the_values_that_most_have_are_told()
    {
        for (var i = 0; i < 50; i++)
        {
            directory.Put($"a{i:00}", new TestCard("n", Tags: [$"t{i:00}", "all"]));
        }

        var facet = Queries.Facets(TestDirectory.Everybody, new AgentQuery(), [AgentField.Tag], 2).Facets.Single();
        Assert.Equal([new("all", 50), new("t00", 1)], facet.Values);
        Assert.Equal(51, facet.Distinct);
    }

    [Fact]
    public void Agents_are_counted()
    {
        directory.Put("a", new TestCard("rain", Tags: ["x"]));
        directory.Put("b", new TestCard("sun", Tags: ["x"]));
        Assert.Equal(new AgentCount(2, 2), Queries.Count(TestDirectory.Everybody, new AgentQuery { PageSize = 1, Tags = ["x", "y"] }));
        Assert.Equal(1, Queries.Count(TestDirectory.Everybody, new AgentQuery { Words = "rain" }).Count);
        Assert.Equal(0, Queries.Count(AgentViewer.OfAll("other"), new AgentQuery()).Count);
        Assert.Equal("q", Assert.Throws<RegistryException>(
            () => Queries.Count(TestDirectory.Everybody, new AgentQuery { Words = new string('x', AgentQuery.MaxWords + 1) })).Field);
    }

    [Fact]
    public void Bad_facets_are_refused()
    {
        Assert.Equal("facet", Refused([], 1).Field);
        Assert.Equal("facet", Refused([AgentField.Tag, AgentField.Skill, AgentField.Tag], 1).Field);
        Assert.Equal("limit", Refused([AgentField.Tag], 0).Field);
        Assert.Equal("limit", Refused([AgentField.Tag], AgentFacets.MaxValues + 1).Field);
    }

    private RegistryException Refused(AgentField[] fields, int most) =>
        Assert.Throws<RegistryException>(() => Queries.Facets(TestDirectory.Everybody, new AgentQuery(), fields, most));

    private AgentFacets Facets(AgentQuery query, params AgentField[] fields) => Queries.Facets(TestDirectory.Everybody, query, fields, 20);
}
