using FsCheck;
using FsCheck.Fluent;

namespace OrleansRegistry.Directory.Tests;

/// <summary>After any run of changes, every question is answered as a plain look through all agents would.</summary>
public sealed class IndexPropertyTests
{
    private static readonly string[] Words = ["a", "b", "c", "d"];

    [Fact]
    public void The_index_answers_as_a_scan_of_all_agents_would()
    {
        var step = Gen.Elements(Enumerable.Range(0, 8).Select(i => $"id{i}").ToArray()).SelectMany(id =>
            Gen.Frequency((4, Cards().Select(card => new Step(id, card))), (1, Gen.Constant(new Step(id, null)))));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(step.ArrayOf().ToArbitrary(), Holds));
    }

    private static Gen<TestCard> Cards()
    {
        var some = Gen.SubListOf(Words).Select(list => list.ToArray());
        return from tags in some
               from skills in some
               from extensions in some
               from category in Gen.Elements(Words)
               from name in Gen.Elements(Words)
               select new TestCard(name, $"is {name}", tags, skills, category, Provider: name, Capabilities: skills, Extensions: extensions);
    }

    private static bool Holds(Step[] steps)
    {
        var directory = new TestDirectory();
        var plain = new SortedDictionary<string, TestCard>(StringComparer.Ordinal);
        foreach (var (id, card) in steps)
        {
            if (card is not null)
            {
                directory.Put(id, card);
                plain[id] = card;
            }
            else
            {
                directory.Remove(id);
                plain.Remove(id);
            }
        }

        string[] Where(Func<TestCard, bool> match) => [.. plain.Where(pair => match(pair.Value)).Select(pair => pair.Key)];
        Assert.Equal(Where(_ => true), directory.Ids(new AgentQuery()));
        foreach (var word in Words)
        {
            Assert.Equal(Where(card => card.Tags!.Contains(word)), directory.Ids(new AgentQuery { Tags = [word] }));
            Assert.Equal(Where(card => card.Skills!.Contains(word)), directory.Ids(new AgentQuery { Skills = [word] }));
            Assert.Equal(Where(card => card.Category == word), directory.Ids(new AgentQuery { Category = word }));
            Assert.Equal(Where(card => card.Name == word), directory.Ids(new AgentQuery { Provider = word }));
            Assert.Equal(Where(card => card.Skills!.Contains(word)), directory.Ids(new AgentQuery { Capability = word }));
            Assert.Equal(Where(card => card.Name == word || card.Skills!.Contains(word)), directory.Ids(new AgentQuery { Text = word }));
            Assert.Equal(
                Where(card => card.Tags!.Contains(word) || card.Tags!.Contains("a")),
                directory.Ids(new AgentQuery { Tags = [word, "a"] }));
            var declaring = Where(card => card.Extensions!.Contains(word));
            Assert.Equal(declaring, directory.Agents.FindExtension(TestDirectory.Everybody, word)?.DeclaringAgents ?? []);
        }

        var counts = plain.Values.SelectMany(card => card.Tags!).CountBy(tag => tag)
            .Select(pair => new FacetCount(pair.Key, pair.Value)).OrderByDescending(pair => pair
                .Count).ThenBy(pair => pair.Value, StringComparer.Ordinal);
        Assert.Equal(counts, directory.Agents.Tags(TestDirectory.Everybody));
        Assert.Equal(plain.Count, directory.Agents.Stats(TestDirectory.Everybody).Total);
        return true;
    }

    private sealed record Step(string Id, TestCard? Card);
}
