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
    public void What_it_does_not_tell_of_may_be_as_near_as_what_it_tells_of_last()
    {
        Fill();
        Build();
        var query = new MeaningQuery(agents.Vectors, VectorAgents.Vector("topic3 asked"), WithText: true);
        MeaningMatch[] found = [.. query.Nearest(agents.Index, _ => true, HybridSearch.Depth, few: null, out var rest)];
        Assert.Equal(found.Min(match => match.Score), rest);
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
    public void Where_conditions_leave_out_very_many_that_share_a_text_all_are_looked_at()
    {
        for (var i = 0; i < 6_000; i++)
        {
            agents.Put($"same{i}", "rain shared");
        }

        agents.Put("far", "snow far");
        for (var i = 0; i < 1_100; i++)
        {
            agents.Put($"other{i}", $"wind{i} {i}");
        }

        Build();
        Assert.Equal("same5999", agents.Search("rain shared", admits: entry => entry.Record.Id == "same5999").Single().Entry.Record.Id);
    }

    [Fact]
    public void Those_that_are_gone_hide_none_that_are_behind_them()
    {
        for (var i = 0; i < 4_500; i++)
        {
            agents.Put($"gone{i}", $"rain {i}");
        }

        for (var i = 0; i < 5_000; i++)
        {
            agents.Put($"left{i}", $"left{i}");
        }

        Build();
        for (var i = 0; i < 4_500; i++)
        {
            agents.Remove($"gone{i}");
        }

        Assert.NotNull(agents.Vectors.Rows.Graph);
        var found = agents.Search("rain asked");
        Assert.NotEmpty(found);
        agents.Vectors.Rows.Graph!.Dispose();
        agents.Vectors.Rows.Graph = null;
        Assert.Equal(Top(agents.Search("rain asked")), Top(found));
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(0f)]
    [InlineData(0.35f)]
    [InlineData(0.9f)]
    public void By_vectors_down_to_a_threshold_the_same_are_found_with_the_same_scores(float threshold)
    {
        for (var i = 0; i < 300; i++)
        {
            agents.Put($"a{i:D3}", $"topic{i % 100} {i}", $"topic{i % 7} skill{i % 300}");
        }

        var queries = Enumerable.Range(0, 10).Select(i => $"topic{i} {i}").ToArray();
        bool Admits(AgentEntry entry) => entry.Record.Id[^1] < '5';
        var exact = queries.Select(query => agents.Search(query, admits: Admits, threshold: threshold)).ToList();
        Assert.Contains(exact, matches => matches.Count > 0);
        Build(threads: 1);
        Assert.All(queries.Zip(exact), pair =>
        {
            var found = agents.Search(pair.First, admits: Admits, threshold: threshold);
            Assert.Equal(Top(pair.Second, 300), Top(found, 300));
            Assert.All(pair.Second.Zip(found), both => Assert.Equal(both.First.Score, both.Second.Score, 1e-5f));
        });
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

    private static List<string> Top(IEnumerable<MeaningMatch> matches, int most = 10) =>
        [.. matches.Take(most).Select(match => match.Entry.Record.Id)];

    private void Fill()
    {
        for (var i = 0; i < Agents; i++)
        {
            agents.Put($"a{i}", $"topic{i % 100} {i}", $"topic{i % 7} skill{i % 300}");
        }
    }

    private VectorGraph Build(int threads = 2)
    {
        var graph = new VectorGraph(VectorAgents.Dimensions);
        graph.Build(agents.Vectors.Rows, threads, TestContext.Current.CancellationToken);
        Assert.InRange(graph.Bytes, 1, long.MaxValue);
        return agents.Vectors.Rows.Graph = graph;
    }
}
