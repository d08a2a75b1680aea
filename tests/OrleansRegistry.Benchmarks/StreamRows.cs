using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// 1,000 A2A clients that each have the stream of a task open at one node, on SQLite: what the streams cost while nothing happens, and how soon a
/// reader has what a worker was told is stored. Readers are in the same process, and count.
/// </summary>
internal static class StreamRows
{
    private const int Streams = 1_000;
    private const int PerSecond = 1_000;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        var calls = new GrainCallCount();
        await using var registry = await HttpHost.RegistryAsync(services: services => services.AddSingleton<IIncomingGrainCallFilter>(calls));
        await A2ARows.RegisterAsync(registry);
        var ids = await Task.WhenAll(Enumerable.Range(0, Streams).Select(async i => (await registry.Tasks.SubmitAsync(
            Caller.Default, new TaskSubmission(A2ARows.Message($"stream-{i}")) { AgentId = A2ARows.Agent })).Task.Id));
        using (var first = new StreamReaders(registry.Address, [.. ids.Take(10).Select(Subscription)]))
        {
            await first.BegunAsync();
        }

        var (managed, resident) = Memory();
        using var readers = new StreamReaders(registry.Address, [.. ids.Select(Subscription)]);
        await readers.BegunAsync();
        var (managedWith, residentWith) = Memory();
        var memory = (managedWith - managed) / 1e6;
        yield return new Row(
            $"A2A: {Streams:N0} open streams and their readers: managed memory",
            $"{memory:N1} MB",
            $"resident memory grew by {(residentWith - resident) / 1e6:N1} MB",
            (residentWith - resident) / 1e6 / memory,
            "under 100 MB, both",
            memory < 100 && residentWith - resident < 100e6);

        var (before, cpu) = (calls.Count, Environment.CpuUsage.TotalTime);
        await Task.Delay(Idle);
        var rate = (calls.Count - before) / Idle.TotalSeconds;
        var busy = (Environment.CpuUsage.TotalTime - cpu) / Idle;
        yield return new Row(
            $"A2A: {Streams:N0} idle streams: calls of grains",
            Row.PerSecond(rate),
            $"processor time: {busy * 100:N0} % of one core",
            rate / Streams,
            "0 /s",
            rate == 0);

        await UpdateAsync(registry.Tasks, ids, WarmUp);
        var answered = await UpdateAsync(registry.Tasks, ids, Load);
        yield return await DelaysAsync(readers, answered);
    }

    private static byte[] Subscription(string id) => HttpLoad.Get($"/a2a/{A2ARows.Agent}/tasks/{id}:subscribe", A2ARows.Version);

    /// <returns>When each update was answered, by the stream and the generation.</returns>
    private static async Task<ConcurrentDictionary<(int Stream, long Generation), long>> UpdateAsync(ITaskRegistry tasks, string[] ids, TimeSpan time)
    {
        var answered = new ConcurrentDictionary<(int Stream, long Generation), long>();
        var update = new TaskUpdate
        {
            State = TaskState.Working,
            StatusMessage = TextMessage.Agent("A piece of an answer, as an agent may send it."),
        };
        var running = new List<Task>();
        using var timer = new PeriodicTimer(Tick);
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0; Stopwatch.GetElapsedTime(began) < time;)
        {
            await timer.WaitForNextTickAsync();
            for (var due = (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * PerSecond); sent < due; sent++)
            {
                running.Add(SendAsync(sent % ids.Length));
            }
        }

        await Task.WhenAll(running);
        return answered;

        async Task SendAsync(int stream)
        {
            var generation = (await tasks.UpdateAsync(Caller.Default, ids[stream], update)).Generation;
            answered[(stream, generation)] = Stopwatch.GetTimestamp();
        }
    }

    private static async Task<Row> DelaysAsync(StreamReaders readers, ConcurrentDictionary<(int Stream, long Generation), long> answered)
    {
        await Task.Delay(TimeSpan.FromSeconds(2));
        var came = readers.Came;
        var delays = answered.Where(one => came.ContainsKey(one.Key))
            .Select(one => Math.Max(0, Stopwatch.GetElapsedTime(one.Value, came[one.Key]).TotalMilliseconds)).Order().ToArray();
        var (median, p99) = (delays[delays.Length / 2], delays[delays.Length * 99 / 100]);
        var missing = answered.Count - delays.Length;
        return new Row(
            $"A2A: {Streams:N0} streams, {answered.Count / Load.TotalSeconds:N0} events/s: from an update's answer to the reader, p99",
            $"{p99:N1} ms",
            $"median: {median:N1} ms; {missing:N0} of {answered.Count:N0} did not come",
            p99 / median,
            "under 50 ms",
            p99 < 50 && missing == 0);
    }

    private static (long Managed, long Resident) Memory()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }

    private sealed class GrainCallCount : IIncomingGrainCallFilter
    {
        private long count;

        public long Count => Volatile.Read(ref count);

        public Task Invoke(IIncomingGrainCallContext context)
        {
            Interlocked.Increment(ref count);
            return context.Invoke();
        }
    }
}
