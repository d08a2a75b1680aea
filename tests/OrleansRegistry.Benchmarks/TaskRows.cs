using System.Diagnostics;
using System.Text;
using OrleansRegistry.Storage;
using OrleansRegistry.Tasks;
using OrleansRegistry.Contexts;
using OrleansRegistry.Logs;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>Tasks on PostgreSQL, a private server of this run, through the whole registry: messages checked, tasks and contexts as grains.</summary>
internal static class TaskRows
{
    private const int Callers = 256;
    private const int Million = 1_000_000;

    private static long next;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using var server = await PrivateServer.StartAsync(
            PrivateServer.FindBinaries()
                ?? throw new InvalidOperationException("The group tasks needs PostgreSQL's programs initdb and postgres on this machine."));
        await using var bare = await BareUpsert.OpenAsync(await PostgresRows.CreateAsync(server, "bare"));
        // A registry of its own: some hundred thousand tasks are left in it.
        await using (var submits = await PostgresRows.StartAsync(await PostgresRows.CreateAsync(server, "submits")))
        {
            yield return await Submits(submits.Tasks, bare);
        }

        await using (var host = await PostgresRows.StartAsync(await PostgresRows.CreateAsync(server, "registry")))
        {
            yield return await Updates(host.Tasks, bare);
            yield return await Appends(host.Tasks);
            yield return await Load(host.Tasks);
            yield return await Events(host.Tasks);
        }

        await using var many = await PostgresRows.StartAsync(await PostgresRows.CreateAsync(server, "many"));
        await FillAsync(many.Store, Million, ofContext: 62_500);
        yield return await PagesAsync(many.Tasks, "PostgreSQL");
    }

    private static async Task<Row> Submits(ITaskRegistry tasks, BareUpsert bare)
    {
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(
                Callers,
                (caller, _) => tasks.SubmitAsync(Caller.Default, Message(Interlocked.Increment(ref next), $"context-{caller}"))),
            () => Measure.Rate(Callers, (_, _) => PutNew(bare, (int)Interlocked.Increment(ref next))));
        return new Row(
            "PostgreSQL: submits of new tasks, 256 callers through grains", Row.PerSecond(
                here), $"bare batched upsert of agents of 700 bytes: {Row.PerSecond(reference)}",
            here / reference, "6,000 /s", here >= 6_000);
    }

    private static async Task<Row> Updates(ITaskRegistry tasks, BareUpsert bare)
    {
        const int Each = 4;
        var ids = await Task.WhenAll(Enumerable.Range(0, Callers * Each).Select(async i =>
            (await tasks.SubmitAsync(Caller.Default, Message(Interlocked.Increment(ref next), $"context-{i % Callers}"))).Task.Id));
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(Callers, (caller, count) => tasks.UpdateAsync(Caller.Default, ids[(caller * Each) + (count % Each)], Working())),
            () => Measure.Rate(Callers, (caller, count) => PutNew(bare, (caller * Each) + (count % Each))));
        return new Row(
            "PostgreSQL: updates of a task's state with one message, 256 callers through grains", Row.PerSecond(
                here), $"bare batched upsert of agents of 700 bytes: {Row.PerSecond(reference)}",
            here / reference, "12,000 /s", here >= 12_000);
    }

    private static async Task<Row> Appends(ITaskRegistry tasks)
    {
        const int Long = 100_000;
        var (old, count) = ((await tasks.SubmitAsync(Caller.Default, Message(Interlocked.Increment(ref next), "appends"))).Task.Id, 1);
        for (; count < Long; count += 500)
        {
            await tasks.UpdateAsync(Caller.Default, old, new TaskUpdate { Messages = [.. Enumerable.Range(0, 500).Select(_ => Text())] });
        }

        // As many messages at a task's beginning as at its hundred-thousandth: each turn takes a new one to ten messages first.
        var (slow, quick) = await Measure.InTurn(() => AppendTo(tasks, old), async () =>
        {
            var young = (await tasks.SubmitAsync(Caller.Default, Message(Interlocked.Increment(ref next), "appends"))).Task.Id;
            await tasks.UpdateAsync(Caller.Default, young, new TaskUpdate { Messages = [.. Enumerable.Range(0, 9).Select(_ => Text())] });
            return await AppendTo(tasks, young);
        });
        return new Row(
            "an append to a task of 100,000 messages", $"{slow:0} µs", $"to one of ten: {quick:0} µs", slow / quick, "at most 1.2 times", slow
                / quick <= 1.2);
    }

    /// <summary>Microseconds for one of many appends, one after the other.</summary>
    private static async Task<double> AppendTo(ITaskRegistry tasks, string id)
    {
        const int Appends = 320;
        return await Measure.Nanoseconds(Appends, async _ => await tasks.UpdateAsync(Caller.Default, id, Working())) / 1000;
    }

    private static async Task<Row> Load(ITaskRegistry tasks)
    {
        var id = (await tasks.SubmitAsync(Caller.Default, Message(Interlocked.Increment(ref next), "load"))).Task.Id;
        var (here, reference) = await Measure.InTurn(
            () => Measure.Nanoseconds(50_000, async _ => await tasks.GetAsync(Caller.Default, id)),
            () => Measure.Nanoseconds(50_000, async _ => await Task.Yield()));
        return new Row(
            "load of a resident task, co-hosted",
            $"{here / 1000:0.0} µs",
            $"a hop to another thread: {reference / 1000:0.0} µs",
            here / reference,
            "under 10 µs",
            here < 10_000);
    }

    /// <summary>The first page of a long list and its thousandth.</summary>
    public static async Task<Row> PagesAsync(ITaskRegistry tasks, string store)
    {
        const int Pages = 1000, Samples = 300;
        string? token = null;
        var query = new TaskQuery { ContextId = "listed" };
        for (var page = 1; page < Pages; page++)
        {
            var read = await tasks.ListAsync(Caller.Default, query with { PageToken = token });
            token = read.Tasks.Count == query.PageSize
                ? read.NextPageToken
                : throw new InvalidOperationException($"Page {page} has {read.Tasks.Count} tasks.");
        }

        var first = await P99(Samples, _ => tasks.ListAsync(Caller.Default, query));
        var last = await P99(Samples, _ => tasks.ListAsync(Caller.Default, query with { PageToken = token }));
        return new Row(
            $"{store}: {Million:N0} tasks, a page of 50 by context, p99", $"{first:0.0} ms", $"page 1,000: {last:0.0} ms", first
                / last, "under 10 ms, both", first < 10 && last < 10);
    }

    /// <summary>Puts tasks into the store under the grains, as a million activations are not what is measured.</summary>
    public static async Task FillAsync(IRecordStore store, int count, int ofContext)
    {
        var left = count;
        var began = DateTimeOffset.UtcNow.AddDays(-1);
        var context = new ContextRecord
        {
            Tenant = Caller.Default.Tenant,
            Id = "listed",
            Owner = Caller.DefaultSubject,
            Generation = 1,
            CreatedAt = began,
            UpdatedAt = began,
        };
        await store.WriteAsync(
            ContextKind.Kind,
            new RecordKey(context.Tenant, context.Id),
            0,
            ContextKind.Write(new ContextHead(context, LogHead.Empty)));
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Decrement(ref left)) >= 0;)
            {
                var task = new TaskHead
                {
                    Tenant = Caller.Default.Tenant,
                    Id = $"task-{i}",
                    ContextId = i % (count / ofContext) == 0 ? "listed" : $"context-{i % 4096}",
                    Owner = Caller.DefaultSubject,
                    Status = new TaskStatus(TaskState.Working, began.AddMilliseconds(i % 3_600_000)),
                    Generation = 1,
                    CreatedAt = began,
                    UpdatedAt = began,
                };
                await store.WriteAsync(TaskKind.Kind, new RecordKey(task.Tenant, task.Id), 0, TaskKind.Write(task));
            }
        })));
    }

    /// <summary>From before a change to when its event is with a reader that watches.</summary>
    private static async Task<Row> Events(ITaskRegistry tasks)
    {
        const int Samples = 500;
        var id = (await tasks.SubmitAsync(Caller.Default, Message(Interlocked.Increment(ref next), "events"))).Task.Id;
        await using var watch = tasks.WatchAsync(Caller.Default, id).GetAsyncEnumerator();
        await watch.MoveNextAsync();
        var delays = new double[Samples];
        for (var i = 0; i < Samples; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var updating = tasks.UpdateAsync(Caller.Default, id, Working());
            await watch.MoveNextAsync();
            delays[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await updating;
        }

        Array.Sort(delays);
        var (median, p99) = (delays[Samples / 2], delays[Samples * 99 / 100]);
        return new Row(
            "PostgreSQL: an event with a reader, p99, with the write itself",
            $"{p99:0.0} ms",
            $"median: {median:0.0} ms",
            p99 / median,
            "under 25 ms",
            p99 < 25);
    }

    private static async Task<double> P99(int samples, Func<int, Task> call)
    {
        var times = new double[samples];
        for (var i = -samples / 4; i < samples; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await call(i);
            times[Math.Max(0, i)] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[samples * 99 / 100];
    }

    private static TaskUpdate Working() => new() { State = TaskState.Working, Messages = [Text()] };

    private static TaskSubmission Message(long number, string context) => new(Encoding.UTF8.GetBytes(
        $$"""
            {"messageId":"message-{{number}}","role":"ROLE_USER",
            "parts":[
            {"text":"What is the weather like tomorrow in the town of number {{number}}, and what should one wear there? Answer in one sentence."}]}
            """))
    {
        ContextId = context,
    };

    private static byte[] Text() => Encoding.UTF8.GetBytes(
        $$"""
            {"messageId":"message-{{Interlocked.Increment(ref next)}}","role":"ROLE_AGENT","parts":[
            {"text":"Sunny in the morning, with a light wind from the west and some rain later; a coat will do."}]}
            """);

    private static Task PutNew(BareUpsert bare, int i) => bare.PutAsync(SampleCards.IdOf(i), SampleCards.Card(i));
}
