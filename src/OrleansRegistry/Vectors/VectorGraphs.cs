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

    /// <summary>So many join it in a round, which takes about a second: then it is others' turn.</summary>
    private const int MostJoining = 2_000;

    /// <summary>So many, where they are also more than half of what it has, are sooner in a new graph, which all threads make.</summary>
    private const int VeryManyNew = 10_000;

    private static readonly TimeSpan FirstPauseAfterFailure = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPauseAfterFailure = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Between two pieces of work that searches wait for.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(2);

    private readonly Func<int, VectorGraph> make = make ?? (dimensions => new VectorGraph(dimensions));
    private readonly Dictionary<TenantVectors, (VectorRows Rows, VectorGraph Graph)> made = [];
    private readonly Dictionary<TenantVectors, (int Count, DateTimeOffset Again)> failures = [];
    private bool cannot;

    /// <summary>
    /// Makes what is missing, and brings nearer to date what is behind. A tenant for which that fails, which the log tells, is left out for a while: longer each
    /// time.
    /// </summary>
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

        foreach (var of in failures.Keys.Except(all.Select(now => now.Vectors)).ToList())
        {
            failures.Remove(of);
        }

        // Small ones first: who has many keeps others waiting the least.
        foreach (var (tenant, of) in all.OrderBy(now => now.Vectors.Rows.Count))
        {
            if (failures.TryGetValue(of, out var failed) && failed.Again > time.GetUtcNow())
            {
                continue;
            }

            try
            {
                await UpdateAsync(tenant, of, cancellationToken);
                failures.Remove(of);
            }
#pragma warning disable CA1031 // Whatever it is, other tenants have no part in it.
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                var pause = FirstPauseAfterFailure * Math.Pow(2, Math.Min(failed.Count, 10));
                pause = pause < LongestPauseAfterFailure ? pause : LongestPauseAfterFailure;
                failures[of] = (failed.Count + 1, time.GetUtcNow() + pause);
                LogFailed(fault, LogText.Id(tenant), pause.TotalSeconds);
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

    private async Task UpdateAsync(string tenant, TenantVectors of, CancellationToken cancellationToken)
    {
        var rows = of.Rows;
        var waiting = rows.Count - (rows.Graph?.Count ?? 0);
        if (rows.Graph is { } graph && (waiting <= VeryManyNew || waiting <= graph.Count / 2))
        {
            if (waiting >= FewNew)
            {
                await AddAsync(rows, graph, cancellationToken);
            }
        }
        else if (!cannot && rows.Count - rows.Gone > options.ExactVectors)
        {
            await Task.Run(() => Make(tenant, of, rows, cancellationToken), cancellationToken);
        }
    }

    private static async Task AddAsync(VectorRows rows, VectorGraph graph, CancellationToken cancellationToken)
    {
        var first = graph.Count;
        while (graph.Count - first < MostJoining && graph.AddFew(rows))
        {
            await Task.Delay(Breath, cancellationToken);
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
            var before = rows.Graph;
            rows.Graph = graph;
            before?.Dispose();
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
        "The graph of vectors of tenant '{Tenant}' could not be made, or vectors could not join it: searches go on, and compare what is not in it. It is "
        + "tried again in {Seconds} s.")]
    private partial void LogFailed(Exception fault, string tenant, double seconds);

    [LoggerMessage(
        LogLevel.Warning,
        "USearch cannot be loaded here: searches by meaning compare all vectors of a tenant, also where there are more than {Most}, which takes them "
        + "longer. There is a build of it for Linux and Windows on x64, and for macOS on ARM; on Linux it needs libgomp1.")]
    private partial void LogMissing(Exception fault, int most);
}
