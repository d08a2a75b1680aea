namespace OrleansRegistry.Directory.Tests.Vectors;

public sealed class GraphSearchTests : IDisposable
{
    private const int Agents = 1_010;

    private readonly VectorAgents agents = new();

    public void Dispose() => agents.Vectors.Rows.Graph?.Dispose();

    [Fact]
    public void The_best_are_those_that_a_look_at_all_finds_but_for_few()
    {
        Fill();
        var queries = Enumerable.Range(0, 20).Select(i => $"topic{i} asked").ToArray();
        var exact = queries.Select(query => Top(agents.Search(query))).ToList();
        Build();
        var found = queries.Select(query => Top(agents.Search(query))).ToList();
        var hits = exact.Zip(found, (all, some) => all.Intersect(some).Count()).Sum();
        Assert.InRange(hits / (10.0 * queries.Length), 0.9, 1);
    }

    [Fact]
    public void What_comes_changes_and_goes_after_it_was_made_is_seen_in_the_next_search()
    {
        Fill();
        var graph = Build();
        agents.Put("new", "unheard of");
        agents.Put("a7", "changed since");
        agents.Remove("a8");
        Assert.Equal("new", agents.Search("unheard of")[0].Entry.Record.Id);
        Assert.Equal("a7", agents.Search("changed since")[0].Entry.Record.Id);
        Assert.DoesNotContain("a7", agents.Search("topic7 7").Select(match => match.Entry.Record.Id).Take(1));
        Assert.DoesNotContain("a8", agents.Search("topic8 8").Select(match => match.Entry.Record.Id));

        Assert.True(graph.AddFew(agents.Vectors.Rows));
        Assert.False(graph.AddFew(agents.Vectors.Rows));
        Assert.Equal(agents.Vectors.Rows.Count, graph.Count);
        Assert.Equal("new", agents.Search("unheard of")[0].Entry.Record.Id);
    }

    [Fact]
    public void Where_conditions_leave_few_of_what_is_near_all_are_looked_at()
    {
        Fill();
        Build();
        var wanted = new HashSet<string>(StringComparer.Ordinal) { "a3", "a1003" };
        bool Admits(AgentEntry entry) => wanted.Contains(entry.Record.Id);
        Assert.Equal("a1003", agents.Search("topic3 1003", admits: Admits)[0].Entry.Record.Id);
        Assert.All(agents.Search("topic3 1003", admits: Admits), match => Assert.Contains(match.Entry.Record.Id, wanted));

        var few = wanted.Select(id => agents.Index.SlotOf(id)!).ToList();
        Assert.Equal(agents.Search("topic3 1003", admits: Admits), agents.Search("topic3 1003", admits: Admits, few: few));
    }

    [Fact]
    public void A_text_that_very_many_agents_share_hides_no_other()
    {
        for (var i = 0; i < 6_000; i++)
        {
            agents.Put($"same{i}", "rain shared");
        }

        agents.Put("own", "rain own");
        Build();
        Assert.Equal("own", agents.Search("rain own", most: 20)[0].Entry.Record.Id);
        Assert.Equal(20, agents.Search("rain shared", most: 20).Count);
    }

    [Fact]
    public void Vectors_with_other_dimensions_are_passed_over_and_a_query_with_others_goes_without_it()
    {
        Fill();
        agents.Vectors.Put(agents.Vectors.Find("a0")! with
        {
            Vectors = [new FieldVector("short", TextHash.Of("short"), [1, 0])], Version = 1_000_000,
        });
        Build();
        Assert.Equal(
            "a0", Assert.Single(MeaningSearch.Run(agents.Index, agents.Vectors, [1, 0], _ => true, 10)).Entry.Record.Id);
    }

    [Fact]
    public async Task Searches_go_on_while_it_grows_and_when_it_is_gone()
    {
        Fill();
        var graph = Build();
        var searches = Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.Equal($"a{worker}", agents.Search($"topic{worker} {worker}", most: 5)[0].Entry.Record.Id);
            }
        })).ToList();
        for (var i = 0; i < 500; i++)
        {
            agents.Put($"more{i}", $"more {i}");
            graph.AddFew(agents.Vectors.Rows);
        }

        graph.Dispose();
        await Task.WhenAll(searches);
        Assert.Equal("more499", agents.Search("more 499")[0].Entry.Record.Id);
    }

    private static List<string> Top(IEnumerable<MeaningMatch> matches) => [.. matches.Take(10).Select(match => match.Entry.Record.Id)];

    private void Fill()
    {
        for (var i = 0; i < Agents; i++)
        {
            agents.Put($"a{i}", $"topic{i % 100} {i}", $"topic{i % 7} skill{i % 300}");
        }
    }

    private VectorGraph Build()
    {
        var graph = new VectorGraph(VectorAgents.Dimensions);
        graph.Build(agents.Vectors.Rows, 2, TestContext.Current.CancellationToken);
        Assert.InRange(graph.Bytes, 1, long.MaxValue);
        return agents.Vectors.Rows.Graph = graph;
    }
}
