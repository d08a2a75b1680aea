namespace OrleansRegistry.Directory.Tests.Vectors;

public sealed class HybridSearchTests
{
    private readonly VectorAgents agents = new();

    [Fact]
    public void Words_and_meaning_are_half_of_the_score_each()
    {
        agents.Put("both", new TestCard("x", "rain radar"), "rain radar");
        agents.Put("words", new TestCard("y", "rain radar"), "money");
        agents.Put("meaning", new TestCard("z", "umbrella"), "rain radar");
        agents.Put("none", new TestCard("w", "umbrella"));
        var found = Search("rain radar");
        Assert.Equal(["both", "meaning", "words"], found.Select(match => match.Id).Order());
        Assert.Equal("both", found[0].Id);
        Assert.All(found, match => Assert.Equal(
            (0.5f * Math.Min(1, match.Text ?? 0)) + (0.5f * (match.Meaning ?? 0)), match.Score, 1e-5f));
        Assert.Null(found.Single(match => match.Id == "meaning").Text);
        Assert.InRange(found.Single(match => match.Id == "words").Meaning ?? 0, 0, 0.6f);
        Assert.Equal("f0", found[0].Field);
    }

    [Fact]
    public void By_meaning_alone_words_do_not_count()
    {
        agents.Put("words", new TestCard("y", "rain radar"), "money");
        agents.Put("meaning", new TestCard("z", "umbrella"), "rain radar");
        var match = Search("rain radar", withText: false)[0];
        Assert.Equal(("meaning", null, match.Score), (match.Id, match.Text, match.Meaning));
    }

    [Fact]
    public void An_agent_whose_id_is_what_is_asked_comes_first()
    {
        agents.Put("Rain Bot", new TestCard("rain bot"), "money");
        agents.Put("near", new TestCard("rain", "rain bot rain bot"), "rain-bot");
        var found = Search("rain-bot");
        Assert.Equal("Rain Bot", found[0].Id);
        Assert.InRange(found[0].Score, 1, 2);
    }

    [Fact]
    public void Equal_ones_come_by_their_ids_and_conditions_hold_for_both()
    {
        foreach (var id in new[] { "c", "a", "b", "d" })
        {
            agents.Put(id, new TestCard("x", "rain"), "rain");
        }

        Assert.Equal(["a", "b", "c"], Search("rain", admits: entry => entry.Record.Id != "d").Select(match => match.Id));
    }

    [Fact]
    public void An_agent_without_vectors_is_found_by_words_and_vectors_of_one_that_was_there_before_are_not_its()
    {
        agents.Put("bare", new TestCard("x", "rain"));
        agents.Put("later", new TestCard("x", "rain"), "rain");
        agents.Vectors.Put(agents.Vectors.Find("later")! with { AgentCreatedAt = DateTimeOffset.UnixEpoch, Version = 1_000 });
        Assert.All(Search("rain"), match => Assert.Null(match.Meaning));
        Assert.Equal(["bare", "later"], Search("rain").Select(match => match.Id));
        Assert.Empty(Search("rain", withText: false));
    }

    [Fact]
    public void Of_one_that_is_near_in_meaning_the_words_count_however_many_have_more_of_them()
    {
        for (var i = 0; i < HybridSearch.Depth + 50; i++)
        {
            agents.Put($"words{i}", new TestCard("x", "rain rain rain rain"));
        }

        agents.Put("near", new TestCard("y", "rain, and much else that has nothing to do with what is asked here at all"), "rain");
        agents.Put("nearest", new TestCard("z", "else"), "rain");
        var found = Search("rain");
        Assert.Equal("near", found[0].Id);
        Assert.NotNull(found[0].Text);
        Assert.Null(found.Single(match => match.Id == "nearest").Text);
        Assert.Equal(HybridSearch.Depth + 2, found.Count);
    }

    private IReadOnlyList<RankedMatch> Search(string query, bool withText = true, Func<AgentEntry, bool>? admits = null) => HybridSearch.Run(
        agents.Index,
        TextQuery.Of(query + " ", agents.Index.Text.Generation),
        new MeaningQuery(agents.Vectors, VectorAgents.Vector(query), withText),
        admits ?? (_ => true));
}
