using System.Globalization;

namespace OrleansRegistry.Directory.Tests;

/// <summary>Random agents, changes and queries against a plain model. A failure tells its seed; <c>TEST_SEED</c> repeats it.</summary>
public sealed class QueryPropertyTests
{
    private const int Runs = 40;
    private const int Queries = 40;

    private static readonly string[] Words = ["a", "b", "c"];

    [Fact]
    public void Lists_orders_pages_counts_and_facets_are_those_of_a_look_at_every_agent() => Run(new Action<RandomAgents, Random>((agents, random) =>
    {
        agents.Change(random.Next(40));
        for (var i = 0; i < Queries; i++)
        {
            var query = RandomQuery(random);
            var expected = QueryModel.List(query, agents.Model.Values);
            Assert.Equal(expected, agents.Directory.Ids(query));
            Assert.Equal(expected, Paged(agents, query with { PageSize = random.Next(1, 6) }, () => { }));
            var asked = new DirectoryQueries(agents.Directory.Agents);
            Assert.Equal(expected.Length, asked.Count(TestDirectory.Everybody, query).Count);
            var field = AgentField.All[random.Next(AgentField.All.Count)];
            var facets = asked.Facets(TestDirectory.Everybody, query, [field], AgentFacets.MaxValues);
            Assert.Equal(expected.Length, facets.Total);
            Assert.Equal(
                QueryModel.Facet(query, field, agents.Model.Values).OrderBy(value => value.Key, StringComparer.Ordinal),
                facets.Facets[0].Values.ToDictionary(value => QueryModel.Plain(field, value.Value), value => value.Count)
                    .OrderBy(value => value.Key, StringComparer.Ordinal));
        }
    }));

    [Fact]
    public void An_agent_that_stays_as_it_is_comes_once_in_pages_while_others_change() => Run(new Action<RandomAgents, Random>((agents, random) =>
    {
        agents.Change(60);
        var query = RandomQuery(random) with { Text = null, PageSize = random.Next(1, 4) };
        var still = QueryModel.List(query, agents.Model.Values.Where(agent => agent.Id[^1] is '1' or '3'));
        var paged = Paged(agents, query, () => agents.Change(3, id => id[^1] is not ('1' or '3')));
        Assert.Equal(still, paged.Where(id => id[^1] is '1' or '3'));
    }));

    [Fact]
    public async Task Whoever_watches_has_what_a_list_has() => await RunAsync(async (agents, random) =>
    {
        agents.Change(random.Next(20));
        var query = RandomQuery(random, isWatched: true) with { Sort = null };
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        await using var watch = agents.Directory.Agents
            .WatchAsync(TestDirectory.Everybody, query, null, TimeProvider.System, TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        for (var round = 0; round < 4; round++)
        {
            while (await watch.MoveNextAsync() && watch.Current.Kind != AgentEventKind.Synced)
            {
                _ = watch.Current.Kind is AgentEventKind.Removed or AgentEventKind.Left
                    ? seen.Remove(watch.Current.AgentId!)
                    : seen.Add(watch.Current.AgentId!);
            }

            Assert.Equal(QueryModel.List(query, agents.Model.Values), seen);
            agents.Change(random.Next(30));
            agents.Pass();
        }
    });

    private static List<string> Paged(RandomAgents agents, AgentQuery query, Action meanwhile)
    {
        var ids = new List<string>();
        string? token = null;
        do
        {
            var page = agents.Directory.Agents.List(TestDirectory.Everybody, query with { PageToken = token });
            ids.AddRange(page.Agents.Select(agent => agent.Id));
            token = page.NextPageToken;
            meanwhile();
        }
        while (token is not null);
        return ids;
    }

    private static AgentQuery RandomQuery(Random random, bool isWatched = false)
    {
        var query = new AgentQuery { Text = random.Next(3) == 0 ? Words[random.Next(3)].ToUpperInvariant() : null };
        foreach (var field in AgentField.All.Where(field => !isWatched || !field.IsJudged))
        {
            var values = RandomAgents.ValuesOf(field.Name).OrderBy(_ => random.Next()).Take(random.Next(1, 3)).ToArray();
            query = random.Next(16) switch
            {
                0 => query with { Any = query.Any.With(field, values) },
                1 => query with { Not = query.Not.With(field, values) },
                2 when !field.IsSingle => query with { All = query.All.With(field, values) },
                3 => query with { Any = query.Any.With(field, values), Not = query.Not.With(field, values[..1]) },
                _ => query,
            };
        }

        string[] sorts = ["id", "-id", "name", "-name", "updated", "-updated", "registered", "-registered"];
        return random.Next(2) == 0 ? query : query with { Sort = AgentSort.Parse(sorts[random.Next(sorts.Length)]) };
    }

    private static void Run(Action<RandomAgents, Random> run) => RunAsync((agents, random) =>
    {
        run(agents, random);
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    private static async Task RunAsync(Func<RandomAgents, Random, Task> run)
    {
        var given = Environment.GetEnvironmentVariable("TEST_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : (int?)null;
        for (var i = 0; i < Runs; i++)
        {
            var seed = given ?? Random.Shared.Next();
            var random = new Random(seed);
            try
            {
                await run(new RandomAgents(random), random);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                throw new InvalidOperationException($"TEST_SEED={seed} repeats this: {fault.Message}", fault);
            }
        }
    }
}
