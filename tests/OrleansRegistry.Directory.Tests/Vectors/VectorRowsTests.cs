using FsCheck;
using FsCheck.Fluent;

namespace OrleansRegistry.Directory.Tests.Vectors;

public sealed class VectorRowsTests
{
    private readonly VectorAgents agents = new();

    [Fact]
    public void Agents_are_found_as_a_look_at_each_would_find_them()
    {
        var texts = Gen.Elements("sun a", "sun b", "moon a", "moon b", "star");
        var ids = Gen.Elements(Enumerable.Range(0, 6).Select(i => $"id{i}").ToArray());
        var cards = Gen.Frequency((4, texts.ListOf(2).Select(list => (string[]?)[.. list])), (1, Gen.Constant<string[]?>(null)));
        var steps = Gen.Zip(ids, cards).ArrayOf(30);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(steps.ToArbitrary(), run =>
        {
            var changing = new VectorAgents();
            var plain = new Dictionary<string, string[]>(StringComparer.Ordinal);
            foreach (var (id, has) in run)
            {
                if (has is null)
                {
                    changing.Remove(id);
                    plain.Remove(id);
                }
                else
                {
                    changing.Put(id, has);
                    plain[id] = has;
                }
            }

            var query = VectorAgents.Vector("sun a");
            var expected = plain.Select(agent => (agent.Key, Score: ScoreOf(agent.Value, query))).Where(agent => agent.Score >= MeaningSearch.Floor)
                .OrderByDescending(agent => agent.Score).ThenBy(agent => agent.Key, StringComparer.Ordinal);
            var found = changing.Search("sun a");
            Assert.Equal(expected.Select(agent => agent.Key), found.Select(match => match.Entry.Record.Id));
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5f));
            var rows = changing.Vectors.Rows;
            Assert.Equal(plain.Values.SelectMany(has => has).Distinct().Count(), rows.Count - rows.Gone);
        }));
    }

    [Fact]
    public void Equal_texts_are_held_once_until_the_last_that_has_them_is_gone()
    {
        agents.Put("a", "rain", "rain", "sun");
        agents.Put("b", "rain");
        var rows = agents.Vectors.Rows;
        Assert.Equal(2, rows.Count);
        Assert.Same(agents.Vectors.Find("a")!.Vectors[0].Values, agents.Vectors.Find("b")!.Vectors[0].Values);

        agents.Remove("a");
        Assert.Equal(1, rows.Gone);
        Assert.Null(rows.Find(TextHash.Of("sun")));
        Assert.NotNull(rows.Find(TextHash.Of("rain")));
        agents.Put("b", "snow");
        Assert.Null(rows.Find(TextHash.Of("rain")));
    }

    [Fact]
    public void A_card_that_changes_without_its_texts_leaves_nothing_behind()
    {
        for (var i = 0; i < 5_000; i++)
        {
            agents.Put("a", "rain", i % 2 == 0 ? "sun" : "snow");
            agents.Put("b", "sun", "snow");
        }

        var rows = agents.Vectors.Rows;
        Assert.Equal((3, 0, 2), (rows.Count, rows.Gone, rows.Agents.Length));
        Assert.All(rows.Rows.ToArray(), row => Assert.InRange(row!.Places.Length, 1, 20));
        Assert.Equal(["a", "b"], agents.Search("snow").Select(match => match.Entry.Record.Id).Order());
    }

    [Fact]
    public void Vectors_that_are_gone_are_cleared_away()
    {
        agents.Put("stays", "rain");
        for (var i = 0; i < 5_000; i++)
        {
            agents.Put("changes", $"sun {i}");
        }

        Assert.InRange(agents.Vectors.Rows.Count, 2, 2_100);
        Assert.Equal(["stays"], agents.Search("rain", most: 1).Select(match => match.Entry.Record.Id));
        Assert.Equal("changes", agents.Search("sun 4999")[0].Entry.Record.Id);
    }

    [Fact]
    public void Of_an_agent_with_more_vectors_than_can_be_the_first_count()
    {
        agents.Put("a", [.. Enumerable.Range(0, MeaningSearch.MostVectors + 6).Select(i => $"sun {i}")]);
        Assert.Equal(MeaningSearch.MostVectors, agents.Vectors.Find("a")!.Vectors.Count);
        Assert.Equal("f63", Assert.Single(agents.Search("sun 63")).Field);
    }

    [Fact]
    public void What_is_older_than_what_is_there_changes_nothing()
    {
        agents.Put("a", "rain");
        var now = agents.Vectors.Find("a")!;
        agents.Vectors.Put(now with { Version = now.Version - 1, Vectors = [] });
        agents.Vectors.Remove("a", now.Version);
        Assert.Same(now, agents.Vectors.Find("a"));
    }

    private static float ScoreOf(string[] texts, float[] query)
    {
        var cosines = texts.Select(text => Math.Max(0, VectorAgents.Vector(text).Zip(query, (left, right) => left * right).Sum()))
            .OrderDescending().ToList();
        return cosines.Count == 0 ? 0 : (0.7f * cosines[0]) + (0.3f * cosines.Take(3).Average());
    }
}
