using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace OrleansRegistry.Tests.Vectors;

/// <summary>The graphs of tenants with many vectors.</summary>
public sealed class VectorGraphsTests
{
    private const int Many = 40;

    private readonly AgentDirectory agents = new(
        new ExtensionPolicy(),
        new AgentDecoder(AgentKind.Kind, AgentKind.ReadBesideCard),
        new UnreadableRecords(NullLogger<UnreadableRecords>.Instance),
        NullLogger<AgentDirectory>.Instance);

    private readonly FakeTimeProvider clock = new();
    private readonly VectorDirectory vectors;
    private readonly RegistryOptions options = new() { ExactVectors = Many - 1 };

    public VectorGraphsTests() => vectors = new VectorDirectory(agents, "model");

    [Fact]
    public async Task A_tenant_with_more_vectors_than_the_setting_says_gets_a_graph_which_later_ones_join()
    {
        Put("few", 0, Many - 1);
        Put("many", 0, Many);
        var graphs = Graphs();
        await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
        Assert.Null(vectors.Of("few").Rows.Graph);
        var graph = vectors.Of("many").Rows.Graph!;
        Assert.Equal((Many, 2), (graph.Count, graph.Dimensions));

        Put("many", Many, Many + 999);
        await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Many, graph.Count);
        Put("many", Many + 999, Many + 1_000);
        await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Many + 1_000, graph.Count);
        Assert.Same(graph, vectors.Of("many").Rows.Graph);
    }

    [Fact]
    public async Task Vectors_that_are_read_anew_get_a_new_graph_and_the_old_one_is_given_up()
    {
        Put("many", 0, Many);
        var graphs = Graphs();
        await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
        var before = vectors.Of("many").Rows.Graph!;
        vectors.Replace([]);
        Put("many", 0, Many + 5);
        await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Many + 5, vectors.Of("many").Rows.Graph!.Count);
        Assert.Null(before.Search([1, 0], 1));
    }

    [Fact]
    public async Task Where_the_library_is_missing_all_vectors_are_compared_and_the_log_says_so_once()
    {
        Put("many", 0, Many);
        var (log, asked) = (new LogCapture<VectorGraphs>(), 0);
        var graphs = Graphs(log, _ =>
        {
            asked++;
            throw new DllNotFoundException("libusearch_c");
        });
        await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
        await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
        Assert.Null(vectors.Of("many").Rows.Graph);
        Assert.Equal(1, asked);
        Assert.Contains("compare all vectors", Assert.Single(log.Entries).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_that_gets_many_vectors_at_once_does_not_keep_others_waiting()
    {
        Put("a", 0, Many);
        var graphs = Graphs();
        await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
        var graph = vectors.Of("a").Rows.Graph!;
        Put("a", Many, 5_000);
        await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Many + 2_000, graph.Count);
        await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Many + 4_000, graph.Count);

        // So many more that a new one is sooner made.
        Put("a", 5_000, 16_000);
        await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(16_000, vectors.Of("a").Rows.Graph!.Count);
        Assert.Null(graph.Search([1, 0], 1));
    }

    [Fact]
    public async Task A_tenant_whose_graph_cannot_be_made_is_tried_again_later_each_time_and_others_get_theirs()
    {
        Put("a", 0, Many);
        Put("b", 0, Many + 1);
        var (log, asked) = (new LogCapture<VectorGraphs>(), 0);
        var graphs = Graphs(log, dimensions => asked++ is 0 or 2 or 3
            ? throw new InvalidOperationException("Out of memory")
            : new VectorGraph(dimensions));
        foreach (var (seconds, tries) in ((int, int)[])[(0, 2), (9, 2), (1, 3), (19, 3), (1, 4), (39, 4), (1, 5), (0, 5)])
        {
            clock.Advance(TimeSpan.FromSeconds(seconds));
            await graphs.RunOnceAsync(TestContext.Current.CancellationToken);
            Assert.Equal(tries, asked);
            Assert.NotNull(vectors.Of("b").Rows.Graph);
        }

        Assert.NotNull(vectors.Of("a").Rows.Graph);
        Assert.Equal(3, log.Entries.Count(entry => entry.Message.Contains("tenant 'a' could not be made", StringComparison.Ordinal)));
    }

    private VectorGraphs Graphs(ILogger<VectorGraphs>? log = null, Func<int, VectorGraph>? make = null)
    {
        log ??= NullLogger<VectorGraphs>.Instance;
        return new VectorGraphs(
            vectors, new GivenVectorDirectory(agents), options, new BackgroundLoops(clock, log), clock, log, make);
    }

    private void Put(string tenant, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var angle = i * 0.01f;
            vectors.Put(new AgentVectors
            {
                Tenant = tenant,
                AgentId = $"a{i}",
                AgentCreatedAt = DateTimeOffset.UnixEpoch,
                Model = "model",
                Vectors = [new FieldVector("description", TextHash.Of($"{i}"), [MathF.Cos(angle), MathF.Sin(angle)])],
                Version = 1,
            });
        }
    }
}
