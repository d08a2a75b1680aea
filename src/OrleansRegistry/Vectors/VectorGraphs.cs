using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Vectors;

/// <summary>
/// Makes graphs of the vectors of tenants that have many, and adds new vectors to them, in the background: until then searches compare all. Where a graph
/// cannot be made, they always do.
/// </summary>
/// <param name="make">A graph of vectors with so many dimensions.</param>
internal sealed partial class VectorGraphs(
    VectorDirectory vectors,
    GivenVectorDirectory given,
    RegistryOptions options,
    BackgroundLoops loops,
    [RegistryTime] TimeProvider time,
    ILogger<VectorGraphs> logger,
    Func<int, VectorGraph>? make = null) : BackgroundService
{
    /// <summary>So many are compared one by one in a tenth of a millisecond.</summary>
    private const int FewNew = 1_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Between two pieces of work that searches wait for.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(2);

    private readonly Func<int, VectorGraph> make = make ?? (dimensions => new VectorGraph(dimensions));
    private readonly Dictionary<TenantVectors, (VectorRows Rows, VectorGraph Graph)> made = [];
    private bool cannot;

    /// <summary>Makes what is missing, and brings up to date what is behind.</summary>
    /// <exception cref="InvalidOperationException">There is not enough memory.</exception>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        (string Tenant, TenantVectors Vectors)[] all = [.. vectors.Tenants.Select(tenant => (tenant, vectors.Of(tenant))), .. given.All];
        foreach (var (of, before) in made.ToList())
        {
            if (before.Rows != of.Rows || !all.Any(now => now.Vectors == of))
            {
                made.Remove(of);
                before.Graph.Dispose();
            }
        }

        foreach (var (tenant, of) in all)
        {
            var rows = of.Rows;
            if (rows.Graph is { } graph)
            {
                await AddAsync(rows, graph, cancellationToken);
            }
            else if (!cannot && rows.Count - rows.Gone > options.ExactVectors)
            {
                await Task.Run(() => Make(tenant, of, rows, cancellationToken), cancellationToken);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await loops.RunAsync("the graph of vectors", RoundAsync, stoppingToken);
        foreach (var (_, graph) in made.Values)
        {
            graph.Dispose();
        }
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        await RunOnceAsync(cancellationToken);
        await Task.Delay(Pause, time, cancellationToken);
    }

    private static async Task AddAsync(VectorRows rows, VectorGraph graph, CancellationToken cancellationToken)
    {
        if (rows.Count - graph.Count >= FewNew)
        {
            while (graph.AddFew(rows))
            {
                await Task.Delay(Breath, cancellationToken);
            }
        }
    }

    private void Make(string tenant, TenantVectors of, VectorRows rows, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        VectorGraph? graph = null;
        try
        {
            graph = make(rows.UsualDimensions());

            // Half of the processors, so that the node serves meanwhile.
            graph.Build(rows, Math.Max(1, Environment.ProcessorCount / 2), cancellationToken);
            rows.Graph = graph;
            made[of] = (rows, graph);
            LogMade(graph.Count, LogText.Id(tenant), time.GetElapsedTime(began).TotalSeconds, graph.Bytes / 1024 / 1024);
            graph = null;
        }
        catch (TypeLoadException fault)
        {
            // Also what a library or a function of it that is not there throws.
            cannot = true;
            LogMissing(fault, options.ExactVectors);
        }
        catch (BadImageFormatException fault)
        {
            cannot = true;
            LogMissing(fault, options.ExactVectors);
        }
        finally
        {
            graph?.Dispose();
        }
    }

    [LoggerMessage(LogLevel.Information, "A graph of {Count} vectors of tenant '{Tenant}', made in {Elapsed:F1} s, takes {Size} MiB")]
    private partial void LogMade(int count, string tenant, double elapsed, long size);

    [LoggerMessage(
        LogLevel.Warning,
        "USearch cannot be loaded here: searches by meaning compare all vectors of a tenant, also where there are more than {Most}, which takes them "
        + "longer. There is a build of it for Linux and Windows on x64, and for macOS on ARM; on Linux it needs libgomp1.")]
    private partial void LogMissing(Exception fault, int most);
}
