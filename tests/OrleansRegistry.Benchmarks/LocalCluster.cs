using System.Diagnostics;
using System.Globalization;
using System.Net;
using Npgsql;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>A cluster of deploy/local-cluster, in a folder of its own.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private static bool isBuilt;

    private string database = "";
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"registry-cluster-{Guid.NewGuid():N}");

    /// <summary>Where the replicas answer, the first at index 0.</summary>
    public IReadOnlyList<Uri> Replicas { get; private set; } = [];

    public static async Task<LocalCluster> UpAsync(int replicas)
    {
        var cluster = new LocalCluster();
        var lines = await cluster.RunAsync("up", $"{replicas}");
        isBuilt = true;
        cluster.database = lines.Single(line => line.StartsWith("postgres ", StringComparison.Ordinal)).Split(' ')[1];
        cluster.Replicas = [.. lines.Where(line => line.StartsWith("replica ", StringComparison.Ordinal))
            .Select(line => new Uri(line.Split(' ')[2]))];
        return cluster;
    }

    /// <param name="what">kill, stop or start.</param>
    public Task DoAsync(string what, int replica) => RunAsync(what, $"{replica + 1}");

    public IPEndPoint EndpointOf(int replica) => new(IPAddress.Loopback, Replicas[replica].Port);

    /// <summary>What its processes have used by now.</summary>
    public async Task<ClusterUse> UseAsync()
    {
        var processes = (await RunAsync("status")).Select(line => line.Split(' ')).Where(words => words[1] == "running")
            .ToDictionary(words => words[0], words => int.Parse(words[2], CultureInfo.InvariantCulture));
        var replicas = processes.Where(process => process.Key.StartsWith("replica-", StringComparison.Ordinal));
        await using var connection = new NpgsqlConnection(PostgresConnectionString.Parse(database) + ";Pooling=false");
        await connection.OpenAsync();

        // Each look for what others committed reads all rows of the writers, and nothing else does.
        await using var command = new NpgsqlCommand(
            """
            SELECT (SELECT coalesce(sum(batch), 0)::bigint FROM registry_writers),
                (SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'registry_writers')
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var (crossing, local) = await MessagesAsync();
        return new ClusterUse(
            ProcessorTime.Of(replicas.Select(process => process.Value)),
            ProcessorTime.OfTree(processes["postgres"]),
            reader.GetInt64(0),
            reader.GetInt64(1),
            crossing,
            local);
    }

    /// <summary>The messages between grains that went to another silo, and those that stayed.</summary>
    private async Task<(long Crossing, long Local)> MessagesAsync()
    {
        using var http = new HttpClient();
        var (crossing, local) = (0L, 0L);
        foreach (var replica in Replicas)
        {
            foreach (var line in (await http.GetStringAsync(new Uri(replica, "/metrics"))).Split('\n'))
            {
                crossing += Value(line, "orleans_messaging_sent_messages_size_bytes_count");
                local += Value(line, "orleans_messaging_sent_local_total");
            }
        }

        return (crossing, local);

        static long Value(string line, string name) => line.StartsWith(name + '{', StringComparison.Ordinal)
            ? (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)
            : 0;
    }

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

/// <summary>What a cluster has used since it was started.</summary>
/// <param name="Registry">Processor time of all replicas.</param>
/// <param name="Postgres">Processor time of PostgreSQL.</param>
/// <param name="Batches">Batches that were committed.</param>
/// <param name="Looks">How often a replica asked the database for what changed.</param>
/// <param name="Crossing">Messages between grains, answers among them, that went to another silo.</param>
/// <param name="Local">Those that stayed on their silo.</param>
internal sealed record ClusterUse(TimeSpan Registry, TimeSpan Postgres, long Batches, long Looks, long Crossing, long Local)
{
    public static ClusterUse operator -(ClusterUse after, ClusterUse before) => new(
        after.Registry - before.Registry,
        after.Postgres - before.Postgres,
        after.Batches - before.Batches,
        after.Looks - before.Looks,
        after.Crossing - before.Crossing,
        after.Local - before.Local);
}
