using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// What a request costs as replicas are added, each with as many connections: the processor time of all replicas and of PostgreSQL. Where it stays as
/// it is, more machines do more work; a rate tells nothing of that where all of them share one machine.
/// </summary>
internal static class ScaleRows
{
    private const int ConnectionsEach = 48;
    private const int Agents = 2_000;
    private const int Tasks = 500;

    /// <summary>SCALE_REPLICAS, the first of them being what the others stand beside.</summary>
    private static readonly int[] Counts = [.. (Environment.GetEnvironmentVariable("SCALE_REPLICAS") ?? "1,2,3,6").Split(',').Select(int.Parse)];

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(10);

    private static readonly Work[] Works =
    [
        new("POST /agents, updates", random => HttpLoad.Post("/agents", SampleCards.Envelope(random.Next(Agents), random.Next(10))), 1.4),
        new("PATCH /tasks, state and a message", random => HttpLoad.Patch($"/tasks/scale-{random.Next(Tasks)}", Update(random)), 1.3),
        new("POST /tasks, new, in a new context", random => HttpLoad.Post("/tasks", Submission(null, random)), 1.4),
        new("GET of an agent", random => HttpLoad.Get($"/agents/{SampleCards.IdOf(random.Next(Agents))}"), 1.05),
    ];

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        var alone = new Dictionary<Work, Cost>();
        foreach (var replicas in Counts)
        {
            await using var cluster = await LocalCluster.UpAsync(replicas);
            await PrepareAsync(cluster);
            foreach (var work in Works)
            {
                var cost = await MeasureAsync(cluster, work);
                var first = alone.TryAdd(work, cost) ? cost : alone[work];
                var ratio = cost.Milliseconds / first.Milliseconds;
                yield return new Row(
                    $"scale: {work.Name}, {replicas} {(replicas == 1 ? "replica" : "replicas")}, {ConnectionsEach} connections each",
                    cost.ToString(),
                    $"{Counts[0]} of them: {first.Milliseconds:0.000} ms; as many machines do {replicas / ratio / Counts[0]:0.0} times the work",
                    ratio,
                    replicas == 3 ? $"{work.Reach} times" : "told",
                    replicas != 3 || ratio <= work.Reach);
            }

            if (replicas > 1)
            {
                yield return await LagAsync(cluster);
            }
        }
    }

    private static async Task PrepareAsync(LocalCluster cluster)
    {
        using var http = new HttpClient();
        var random = new Random(0);
        var bodies = Enumerable.Range(0, Agents).Select(i => (Path: "/agents", Body: SampleCards.Envelope(i)))
            .Concat(Enumerable.Range(0, Tasks).Select(i => (Path: "/tasks", Body: Submission($"scale-{i}", random))))
            .ToArray();
        await Parallel.ForEachAsync(bodies.Index(), async (request, cancellationToken) =>
        {
            var (i, (path, body)) = request;
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
            using var answer = await http.PostAsync(new Uri(cluster.Replicas[i % cluster.Replicas.Count], path), content, cancellationToken);
            answer.EnsureSuccessStatusCode();
        });
    }

    private static async Task<Cost> MeasureAsync(LocalCluster cluster, Work work)
    {
        using var load = Load(cluster);
        var random = new Random(0);
        byte[] Request(int connection, int count) => work.Request(random);
        await load.Rate(Request, WarmUp);
        var before = await cluster.UseAsync();
        var rate = await load.Rate(Request, Turn);
        var used = await cluster.UseAsync() - before;
        return new Cost(rate, load.Answered, used);
    }

    /// <summary>From the answer of one replica to the moment when another has seen the revision, while all of them write agents.</summary>
    private static async Task<Row> LagAsync(LocalCluster cluster)
    {
        using var load = Load(cluster);
        using var http = new HttpClient();
        var random = new Random(0);
        var writing = load.Rate((_, _) => Works[0].Request(random), Turn);
        var (waits, reads) = (new List<double>(), new List<double>());
        while (!writing.IsCompleted)
        {
            using var written = await http.PostAsJsonAsync(new Uri(cluster.Replicas[0], "/agents"), new { agent_card = new { name = "lag" } });
            var revision = (await written.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("revision").GetInt64();
            waits.Add(await ReadAsync(revision));
            reads.Add(await ReadAsync(0));
        }

        await writing;
        waits.Sort();
        reads.Sort();
        var (seen, read) = (Percentile(waits, 0.99), Percentile(reads, 0.99));
        return new Row(
            $"scale: a change seen on another of {cluster.Replicas.Count} nodes under the load of POST /agents, p99 of {waits.Count:N0}",
            $"{seen:0.0} ms after its answer, median {Percentile(waits, 0.5):0.0}",
            $"the same GET without waiting for a revision: {read:0.0} ms, median {Percentile(reads, 0.5):0.0}",
            seen / read,
            "25 ms",
            seen <= 25);

        async Task<double> ReadAsync(long revision)
        {
            var started = Stopwatch.GetTimestamp();
            using var read = new HttpRequestMessage(HttpMethod.Get, new Uri(cluster.Replicas[1], "/agents/lag"));
            if (revision > 0)
            {
                read.Headers.Add("X-Registry-Revision", revision.ToString(CultureInfo.InvariantCulture));
            }

            using var answer = await http.SendAsync(read);
            answer.EnsureSuccessStatusCode();
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
    }

    private static double Percentile(List<double> sorted, double share) => sorted[(int)Math.Ceiling(sorted.Count * share) - 1];

    private static HttpLoad Load(LocalCluster cluster) => new(
        Enumerable.Range(0, ConnectionsEach * cluster.Replicas.Count).Select(i => cluster.EndpointOf(i % cluster.Replicas.Count)));

    private static byte[] Update(Random random) => Encoding.UTF8.GetBytes(
        $$"""{"state":"{{(random.Next(2) == 0 ? "working" : "input-required")}}","messages":[{{Message(random)}}]}""");

    private static byte[] Submission(string? task, Random random) => Encoding.UTF8.GetBytes(
        $$"""{{{(task is null ? "" : $"\"taskId\":\"{task}\",")}}"message":{{Message(random)}}}""");

    private static string Message(Random random) =>
        $$"""{"role":"ROLE_USER","messageId":"m-{{random.NextInt64():x}}","parts":[{"text":"Rain in Oslo today?"}]}""";

    /// <param name="Reach">The cost at three replicas over that at one.</param>
    private sealed record Work(string Name, Func<Random, byte[]> Request, double Reach);

    private sealed record Cost(double Rate, long Requests, ClusterUse Used)
    {
        public double Milliseconds => (Used.Registry + Used.Postgres).TotalMilliseconds / Requests;

        private double Messages => Used.Crossing + Used.Local;

        public override string ToString() =>
            $"{Milliseconds:0.000} ms of processor: registry {Used.Registry.TotalMilliseconds / Requests:0.000}, PostgreSQL "
            + $"{Used.Postgres.TotalMilliseconds / Requests:0.000}; {Rate:N0} /s"
            + (Used.Batches == 0 ? "" : $", {(double)Requests / Used.Batches:0.0} a batch, {Used.Looks * Rate / Requests:N0} looks at the feed /s")
            + $", {Messages / Requests:0.0} messages, {Used.Crossing / Math.Max(Messages, 1):P0} of them to other silos";
    }
}
