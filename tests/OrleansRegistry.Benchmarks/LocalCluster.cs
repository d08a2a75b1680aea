using System.Diagnostics;
using System.Net;

namespace OrleansRegistry.Benchmarks;

/// <summary>A cluster of deploy/local-cluster, in a folder of its own.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private static bool isBuilt;

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"registry-cluster-{Guid.NewGuid():N}");

    /// <summary>Where the replicas answer, the first at index 0.</summary>
    public IReadOnlyList<Uri> Replicas { get; private set; } = [];

    public static async Task<LocalCluster> UpAsync(int replicas)
    {
        var cluster = new LocalCluster();
        var lines = await cluster.RunAsync("up", $"{replicas}");
        isBuilt = true;
        cluster.Replicas = [.. lines.Where(line => line.StartsWith("replica ", StringComparison.Ordinal))
            .Select(line => new Uri(line.Split(' ')[2]))];
        return cluster;
    }

    /// <param name="what">kill, stop or start.</param>
    public Task DoAsync(string what, int replica) => RunAsync(what, $"{replica + 1}");

    public IPEndPoint EndpointOf(int replica) => new(IPAddress.Loopback, Replicas[replica].Port);

    public async ValueTask DisposeAsync() => await RunAsync("down");

    private async Task<string[]> RunAsync(params string[] words)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "deploy", "local-cluster")))
        {
            root = root.Parent ?? throw new InvalidOperationException("deploy/local-cluster is in no folder above this program.");
        }

        // What it starts would hold a pipe open.
        var answer = Path.GetTempFileName();
        using var script = Process.Start(new ProcessStartInfo(
            "bash",
            ["-c", "\"$0\" \"$@\" >\"$ANSWER\"", Path.Combine(root.FullName, "deploy", "local-cluster"), .. words])
        {
            Environment = {
                ["LOCAL_CLUSTER_DIR"] = folder,
                ["ANSWER"] = answer,
                ["REGISTRY_DRAIN_SECONDS"] = "2",
                ["LOCAL_CLUSTER_NO_BUILD"] = isBuilt ? "1" : "" },
        })!;
        await script.WaitForExitAsync();
        var lines = await File.ReadAllLinesAsync(answer);
        File.Delete(answer);
        return script.ExitCode == 0
            ? lines
            : throw new InvalidOperationException($"deploy/local-cluster {string.Join(' ', words)} ended with {script.ExitCode}.");
    }
}
