using System.Diagnostics;
using OrleansRegistry.Hosting;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// Many watchers of one node, each of the agents of one of 97 tags, on SQLite: how soon the last of those whom a change is for has it, beside one watcher alone.
/// Watchers are in the same process, and count.
/// </summary>
internal static class WatchRows
{
    private const int Agents = 9_700;
    private const int Tags = 97;
    private const int Watchers = 10_000;
    private const int PerSecond = 1_000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using var host = await RegistryHost.StartAsync(StorageType.Sqlite);
        await host.FillAsync(Agents);
        await ChangeAsync(host, WarmUp, _ => { });
        var one = await MeasureAsync(host, 1);
        var before = Used();
        var many = await MeasureAsync(host, Watchers, before);
        yield return new Row(
            $"{Watchers:N0} watchers, {PerSecond:N0} changes/s: from a write's answer to the last watcher, p99",
            $"{many.P99:N1} ms; {many.Delivered / Load.TotalSeconds:N0} events/s told; {many.Missing:N0} missing",
            $"one watcher alone: {one.P99:N1} ms",
            many.P99 / Math.Max(one.P99, 1),
            "under 500 ms",
            many.P99 < 500 && many.Missing == 0);
        yield return new Row(
            $"{Watchers:N0} watchers: managed memory",
            $"{many.Bytes / Watchers:N0} bytes each",
            $"processor time under that load: {many.Busy * 100:N0} % of one core, of which {one.Busy * 100:N0} % without them",
            many.Busy / one.Busy,
            "told",
            true);
    }

    private static async Task<Figures> MeasureAsync(RegistryHost host, int watchers, long before = 0)
    {
        using var ending = new CancellationTokenSource();
        var log = new Arrivals(host.Agents.Revision);
        var ready = new CountdownEvent(watchers);
        var watching = Enumerable.Range(0, watchers).Select(i => Task.Run(() => WatchAsync(host, i % Tags, log, ready, ending.Token))).ToArray();
        while (!ready.IsSet)
        {
            await Task.Delay(50);
        }

        var bytes = Used() - before;
        await ChangeAsync(host, TimeSpan.FromSeconds(5), _ => { });
        await Task.Delay(TimeSpan.FromSeconds(1));
        var cpu = Environment.CpuUsage.TotalTime;
        var watchersOf = Enumerable.Range(0, Tags).Select(tag => Enumerable.Range(0, watchers).Count(i => i % Tags == tag)).ToArray();
        var written = new List<(long Revision, int Tag, long At)>();
        await ChangeAsync(host, Load, change =>
        {
            lock (written)
            {
                written.Add(change);
            }
        });
        var busy = (Environment.CpuUsage.TotalTime - cpu) / Load;
        await Task.Delay(TimeSpan.FromSeconds(2));
        await ending.CancelAsync();
        await Task.WhenAll(watching);
        var of = written.Where(change => watchersOf[change.Tag] > 0).Select(change => (change, Came: log.Of(change.Revision))).ToArray();
        var delays = of.Where(one => one.Came.Last > 0)
            .Select(one => Math.Max(0, Stopwatch.GetElapsedTime(one.change.At, one.Came.Last).TotalMilliseconds)).Order().ToArray();
        return new Figures(
            delays[delays.Length * 99 / 100],
            of.Sum(one => (long)one.Came.Count),
            of.Sum(one => Math.Max(0L, watchersOf[one.change.Tag] - one.Came.Count)),
            bytes,
            busy);
    }

    private static async Task WatchAsync(RegistryHost host, int tag, Arrivals log, CountdownEvent ready, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in host.Agents.WatchAsync(
                Caller.Default, new AgentQuery { Tags = [$"topic-{tag}"] }, cancellationToken: cancellationToken))
            {
                if (happened.Kind == AgentEventKind.Synced && ready.CurrentCount > 0)
                {
                    ready.Signal();
                }
                else if (happened is { Kind: AgentEventKind.Status or AgentEventKind.Updated, Revision: { } revision })
                {
                    log.Add(revision);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Enables and disables agents, so many a second.</summary>
    private static async Task ChangeAsync(RegistryHost host, TimeSpan time, Action<(long Revision, int Tag, long At)> changed)
    {
        var running = new List<Task>();
        using var timer = new PeriodicTimer(Tick);
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0; Stopwatch.GetElapsedTime(began) < time;)
        {
            await timer.WaitForNextTickAsync();
            for (var due = (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * PerSecond); sent < due; sent++)
            {
                running.Add(SendAsync(sent % Agents, sent / Agents % 2 == 1));
            }
        }

        await Task.WhenAll(running);

        async Task SendAsync(int i, bool enabled)
        {
            var written = await host.Agents.PatchAsync(Caller.Default, SampleCards.IdOf(i), new AgentPatch(Enabled: enabled));
            changed((written.Agent.Revision, SampleCards.TopicOf(i), Stopwatch.GetTimestamp()));
        }
    }

    private static long Used()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private sealed record Figures(double P99, long Delivered, long Missing, long Bytes, double Busy);

    /// <summary>Of each revision, how many had it, and when the last.</summary>
    private sealed class Arrivals(long first)
    {
        private readonly int[] counts = new int[1 << 20];
        private readonly long[] last = new long[1 << 20];

        public void Add(long revision)
        {
            var place = (int)(revision - first);
            Interlocked.Increment(ref counts[place]);
            Interlocked.Exchange(ref last[place], Stopwatch.GetTimestamp());
        }

        public (int Count, long Last) Of(long revision) => (counts[(int)(revision - first)], last[(int)(revision - first)]);
    }
}
