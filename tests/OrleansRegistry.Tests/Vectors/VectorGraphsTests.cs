using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

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

    private VectorGraphs Graphs(ILogger<VectorGraphs>? log = null, Func<int, VectorGraph>? make = null)
    {
        log ??= NullLogger<VectorGraphs>.Instance;
        return new VectorGraphs(
            vectors, new GivenVectorDirectory(agents), options, new BackgroundLoops(TimeProvider.System, log), TimeProvider.System, log, make);
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
