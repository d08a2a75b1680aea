using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Hosting;
using OrleansRegistry.Push;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// Push notifications: 1,000 tasks, each with one webhook and 10 changes, to one receiver in this process, from the first change to the last
/// notification, beside as many POSTs of a bare HttpClient over as many connections. What is to be reached is that all come in order, none is lost
/// and none comes twice.
/// </summary>
internal static class PushRows
{
    private const int Tasks = 1_000;
    private const int Events = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await RegistryHost.StartAsync(
            StorageType.Sqlite, push: new PushOptions { AllowedNetworks = ["127.0.0.0/8"] });
        await DeliverAsync(host, receiver, "warm");
        var rate = await DeliverAsync(host, receiver, "run");
        var bare = await BareAsync(receiver.Url);
        yield return new Row(
            $"push: {Tasks:N0} tasks, {Events} changes each, SQLite, one receiver ({receiver.Faults})",
            Row.PerSecond(rate),
            $"bare HttpClient: {Row.PerSecond(bare)}",
            rate / bare,
            "in order, none lost, none twice",
            receiver.IsRight);
    }

    private static async Task<double> DeliverAsync(RegistryHost host, Receiver receiver, string name)
    {
        var ids = Enumerable.Range(0, Tasks).Select(i => $"{name}-{i}").ToArray();
        await ForEachAsync(ids, async id =>
        {
            await host.Tasks.SubmitAsync(Caller.Default, new TaskSubmission(Message(id)) { TaskId = id });
            await host.Tasks.SaveWebhookAsync(Caller.Default, id, Encoding.UTF8.GetBytes($$"""{"url":"{{receiver.Url}}{{id}}"}"""), "w");
        });
        receiver.Begin(Tasks * Events);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < Events; i++)
        {
            var update = i < Events - 1
                ? new TaskUpdate { Artifacts = [ArtifactUpdate.Text($"a{i}", "A piece of an answer, as an agent may send it.")] }
                : new TaskUpdate { State = TaskState.Completed };
            await ForEachAsync(ids, id => host.Tasks.UpdateAsync(Caller.Default, id, update));
        }

        await receiver.All.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var took = Stopwatch.GetElapsedTime(began);
        receiver.Check(ids, Events);
        return Tasks * Events / took.TotalSeconds;
    }

    private static Task ForEachAsync(string[] ids, Func<string, Task> call) =>
        Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (id, _) => await call(id));

    private static ReadOnlyMemory<byte> Message(string id) =>
        Encoding.UTF8.GetBytes($$"""{"messageId":"{{id}}","role":"ROLE_USER","parts":[{"text":"hello"}]}""");

    private static async Task<double> BareAsync(string url)
    {
        var connections = new PushOptions().MaxConcurrentPerHost;
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections });
        var body = """{"artifactUpdate":{"taskId":"x","contextId":"y","artifact":{"artifactId":"a","parts":[{"text":"A"}]}}}"""u8.ToArray();
        var target = new Uri(url + "bare");
        var began = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Tasks * Events),
            new ParallelOptions { MaxDegreeOfParallelism = connections },
            async (_, token) =>
            {
                using var content = new ByteArrayContent(body);
                using var response = await client.PostAsync(target, content, token);
                response.EnsureSuccessStatusCode();
            });
        return Tasks * Events / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Takes notifications, and notes for each task which came when.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication application;
        private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> taken = new(StringComparer.Ordinal);
        private TaskCompletionSource all = new();
        private int left;
        private int lost;
        private int twice;
        private int misplaced;

        private Receiver(WebApplication application) => this.application = application;

        public string Url => application.Urls.Single() + "/";

        public Task All => all.Task;

        public bool IsRight => lost + twice + misplaced == 0;

        public string Faults => string.Create(CultureInfo.InvariantCulture, $"{lost} lost, {twice} twice, {misplaced} out of order");

        public static async Task<Receiver> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var receiver = new Receiver(builder.Build());
            receiver.application.Run(receiver.TakeAsync);
            await receiver.application.StartAsync();
            return receiver;
        }

        public void Begin(int count)
        {
            taken.Clear();
            left = count;
            all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        public void Check(IEnumerable<string> ids, int expected)
        {
            foreach (var id in ids)
            {
                var came = taken.TryGetValue(id, out var queue) ? queue.ToList() : [];
                var distinct = came.Distinct(StringComparer.Ordinal).ToList();
                lost += expected - distinct.Count;
                twice += came.Count - distinct.Count;
                misplaced += distinct.SequenceEqual(distinct.Order(StringComparer.Ordinal)) ? 0 : 1;
            }
        }

        public ValueTask DisposeAsync() => application.DisposeAsync();

        private async Task TakeAsync(HttpContext context)
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            if (context.Request.Headers["X-Registry-Event"] is [{ } name])
            {
                taken.GetOrAdd(context.Request.Path.Value!.TrimStart('/'), _ => new()).Enqueue(name);
                if (Interlocked.Decrement(ref left) == 0)
                {
                    all.TrySetResult();
                }
            }
        }
    }
}
