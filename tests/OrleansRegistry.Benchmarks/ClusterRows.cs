using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansRegistry.Benchmarks;

/// <summary>Several processes on one PostgreSQL on this machine: what more of them bring, and what the loss of one costs.</summary>
internal static class ClusterRows
{
    private const int Connections = 48;
    private const int Agents = 3072;
    private const int Things = 40;
    private const int Kills = 3;
    private const int Changes = 300;

    // Until the just-in-time compilers of all processes, which share the machine's processors, have made their best of the path of a change.
    private const int WarmUpChanges = 1500;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        var alone = 0.0;
        foreach (var replicas in (int[])[1, 2, 3])
        {
            await using var cluster = await LocalCluster.UpAsync(replicas);
            var rate = await WritesAsync(cluster);
            alone = replicas == 1 ? rate : alone;
            yield return new Row($"cluster: durable POST /agents, updates, {Connections} connections, "
                + $"{(replicas == 1 ? "one replica" : $"{replicas} replicas")} on this machine", Row.PerSecond(rate),
                    $"one replica: {Row.PerSecond(alone)}", rate / alone, "told", true);
        }

        await using var three = await LocalCluster.UpAsync(3);
        using var http = new HttpClient();
        yield return await LagAsync(three, http);
        yield return await EventsAsync(three, http);
    }

    public static async IAsyncEnumerable<Row> RunFaultsAsync()
    {
        await using var three = await LocalCluster.UpAsync(3);
        using var http = new HttpClient();
        yield return await RollingAsync(three, http);
        foreach (var row in await KillsAsync(three, http))
        {
            yield return row;
        }
    }

    private static async Task<double> WritesAsync(LocalCluster cluster)
    {
        using var load = new HttpLoad(Enumerable.Range(0, Connections).Select(i => cluster.EndpointOf(i * cluster.Replicas.Count / Connections)));
        var requests = Enumerable.Range(0, Agents).Select(i => HttpLoad.Post("/agents", SampleCards.Envelope(i, 1))).ToArray();
        var each = Agents / Connections;
        byte[] Request(int caller, int count) => requests[(caller * each) + (count % each)];
        await load.Rate(Request, WarmUp * cluster.Replicas.Count);
        return await load.Rate(Request, TimeSpan.FromSeconds(6));
    }

    /// <summary>From the answer of one replica to the moment when another has seen the revision.</summary>
    private static async Task<Row> LagAsync(LocalCluster cluster, HttpClient http)
    {
        var lags = new List<double>();
        for (var i = 0; i < Changes; i++)
        {
            using var written = await http.PostAsJsonAsync(
                new Uri(cluster.Replicas[0], "/agents"),
                new { agent_card = new { name = "lag", version = $"{i}" } });
            var revision = (await written.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("revision").GetInt64();
            var started = Stopwatch.GetTimestamp();
            using var read = new HttpRequestMessage(HttpMethod.Get, new Uri(cluster.Replicas[1], "/agents/lag"));
            read.Headers.Add("X-Registry-Revision", revision.ToString(CultureInfo.InvariantCulture));
            using var answer = await http.SendAsync(read);
            answer.EnsureSuccessStatusCode();
            lags.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return Times("cluster: a change answered by one node, then read from another that waits for its revision, p99", lags, 50);
    }

    /// <summary>From before the write at one replica to the event at the reader of another.</summary>
    private static async Task<Row> EventsAsync(LocalCluster cluster, HttpClient http)
    {
        using var submitted = await http.PostAsJsonAsync(new Uri(cluster.Replicas[0], "/tasks"), Submission("events"));
        submitted.EnsureSuccessStatusCode();
        var first = (await submitted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("generation").GetInt64();
        using var lines = new StreamReader(await http.GetStreamAsync(new Uri(cluster.Replicas[1], "/tasks/events/events")));
        await NextAsync(lines, first);
        var times = new List<double>();
        for (var i = 1; i <= WarmUpChanges + Changes; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var heard = NextAsync(lines, first + i);
            using var changed = await http.PatchAsJsonAsync(new Uri(cluster.Replicas[2], "/tasks/events"), new { metadata = new { i } });
            changed.EnsureSuccessStatusCode();
            await heard;
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return Times("cluster: an event at an SSE reader on another node, with the write itself, p99", times[WarmUpChanges..], 25);
    }

    private static async Task NextAsync(StreamReader lines, long generation)
    {
        while (await lines.ReadLineAsync() != $"id: {generation}")
        {
        }
    }

    /// <summary>
    /// Each replica in turn is told to stop, and started again, while clients write through those that say that they serve, as a balancer would.
    /// </summary>
    private static async Task<Row> RollingAsync(LocalCluster cluster, HttpClient http)
    {
        var (done, failed, over) = (0, 0, false);
        var serving = cluster.Replicas.Select(_ => true).ToArray();
        var probes = serving.Select((_, replica) => Task.Run(async () =>
        {
            while (!Volatile.Read(ref over))
            {
                try
                {
                    using var answer = await http.GetAsync(new Uri(cluster.Replicas[replica], "/health/serving"));
                    serving[replica] = answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    serving[replica] = false;
                }

                await Task.Delay(200);
            }
        })).ToArray();
        var clients = Enumerable.Range(0, 12).Select(client => Task.Run(async () =>
        {
            for (var i = client; !Volatile.Read(ref over); i++)
            {
                var answered = false;
                for (var other = 0; other < 3 && !answered; other++)
                {
                    if (!Volatile.Read(ref serving[(i + other) % 3]))
                    {
                        continue;
                    }

                    try
                    {
                        using var answer = i % 2 == 0
                            ? await http.PostAsJsonAsync(
                                new Uri(cluster.Replicas[(i + other) % 3], "/agents"),
                                new { agent_card = new { name = $"rolling {client}", version = $"{i}" } })
                            : await http.PostAsJsonAsync(new Uri(cluster.Replicas[(i + other) % 3], "/tasks"), Submission($"rolling-{client}", i));
                        answered = true;
                        Interlocked.Increment(ref answer.IsSuccessStatusCode ? ref done : ref failed);
                        if (!answer.IsSuccessStatusCode)
                        {
                            await Console.Error.WriteLineAsync($"failed: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                        }
                    }
                    catch (HttpRequestException refused) when (refused.HttpRequestError == HttpRequestError.ConnectionError)
                    {
                        // Nobody listens there: as a balancer does, the next is asked.
                    }
                    catch (HttpRequestException fault)
                    {
                        await Console.Error.WriteLineAsync($"failed: {fault.Message} {fault.InnerException?.Message}");
                        answered = true;
                        Interlocked.Increment(ref failed);
                    }
                }
            }
        })).ToArray();
        for (var replica = 0; replica < 3; replica++)
        {
            await cluster.DoAsync("stop", replica);
            await cluster.DoAsync("start", replica);
        }

        Volatile.Write(ref over, true);
        await Task.WhenAll([.. clients, .. probes]);
        return new Row(
            "cluster: requests failed while all three replicas were restarted in turn",
            $"{failed:N0}",
            $"requests answered: {done:N0}",
            failed,
            "0",
            failed == 0);
    }

    /// <summary>Of things written through the replica that is killed, how long until each can be written again through the others.</summary>
    private static async Task<IReadOnlyList<Row>> KillsAsync(LocalCluster cluster, HttpClient http)
    {
        var times = new Dictionary<string, List<double>> { ["agents"] = [], ["tasks"] = [], ["contexts"] = [] };
        for (var kill = 0; kill < Kills; kill++)
        {
            var victim = kill % 3;
            var things = times.Keys.SelectMany(kind => Enumerable.Range(0, Things).Select(i => (Kind: kind, Id: $"killed-{kill}-{i}"))).ToArray();
            foreach (var (kind, id) in things)
            {
                if (!await WriteAsync(http, cluster.Replicas[victim], kind, id, 0))
                {
                    throw new InvalidOperationException($"{kind} {id} could not be written before the kill.");
                }
            }

            var started = Stopwatch.GetTimestamp();
            var killed = cluster.DoAsync("kill", victim);
            await killed;
            await Task.WhenAll(things.Select(async (thing, i) =>
            {
                for (var turn = 1; !await WriteAsync(http, cluster.Replicas[(victim + 1 + (i % 2)) % 3], thing.Kind, thing.Id, turn); turn++)
                {
                    await Task.Delay(50);
                }

                lock (times)
                {
                    times[thing.Kind].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            }));
            await cluster.DoAsync("start", victim);
        }

        return [.. times.Select(kind => Times(
            $"cluster: {kind.Key} written again after SIGKILL of the replica that had them, p99 of {kind.Value.Count}",
            kind.Value,
            5000))];
    }

    private static async Task<bool> WriteAsync(HttpClient http, Uri replica, string kind, string id, int turn)
    {
        using var answer = kind switch
        {
            "agents" => await http.PostAsJsonAsync(new Uri(replica, "/agents"), new { agent_card = new { name = id, version = $"{turn}" } }),
            "tasks" => await http.PostAsJsonAsync(new Uri(replica, "/tasks"), Submission(id, turn)),
            _ => await http.PatchAsJsonAsync(new Uri(replica, $"/contexts/{id}"), new { data = new { turn } }),
        };
        return answer.IsSuccessStatusCode;
    }

    private static object Submission(string id, int turn = 0) =>
        new { taskId = id, contextId = $"of-{id}", message = new { messageId = $"{id}-{turn}", role = "ROLE_USER", parts = new[]
        {
            new { text = "hello" },
        } } };

    private static Row Times(string what, List<double> times, double reach)
    {
        times.Sort();
        var (median, p99) = (times[times.Count / 2], times[(int)Math.Ceiling(times.Count * 0.99) - 1]);
        return new Row(what, $"{p99:N1} ms", $"median: {median:N1} ms", p99 / median, $"under {reach:N0} ms", p99 < reach);
    }
}
