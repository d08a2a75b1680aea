using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Push;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.ClusterTests;

/// <summary>
/// Tasks with a webhook each, whose receiver takes the first notification of each task and then none until it is let: so whatever node delivers has
/// begun, and has more to deliver.
/// </summary>
internal sealed class PushedTasks : IAsyncDisposable
{
    private const int Changes = 3;

    private readonly Receiver receiver;
    private readonly ConcurrentDictionary<string, bool> begun = new(StringComparer.Ordinal);
    private string[] paths = [];
    private volatile bool takesAll;

    private PushedTasks(Receiver receiver) => this.receiver = receiver;

    /// <summary>Makes tasks through all replicas, and changes each to its end. Returns once one notification of each was taken and one refused.</summary>
    public static async Task<PushedTasks> StartAsync(Uri[] addresses, int count)
    {
        var pushed = new PushedTasks(await Receiver.StartAsync()) { paths = [.. Enumerable.Range(0, count).Select(i => $"/{i}")] };
        pushed.receiver.Answer = context =>
            Task.FromResult(context.Request.Path != "/closed" && (pushed.takesAll || pushed.begun.TryAdd(context.Request.Path, true)) ? 200 : 503);
        using var agent = await WorkedAgent.RegisterAsync(addresses);
        foreach (var (i, path) in pushed.paths.Index())
        {
            await agent.SubmitAsync(i % addresses.Length, pushed.receiver.Url(path));
        }

        foreach (var (i, work) in (await agent.ClaimAsync(0, count)).Index())
        {
            for (var change = 1; change <= Changes; change++)
            {
                await work.ChangeAsync((i + change) % addresses.Length, isLast: change == Changes);
            }
        }

        await Eventually.TrueAsync(
            () => pushed.paths.All(path => Array.TrueForAll(
                [200, 503], status => pushed.receiver.All.Any(one => one.Path == path && one.Status == status))),
            "a notification of each task that was taken, and one that was refused");
        return pushed;
    }

    /// <summary>To how many webhooks each replica has something to deliver, which is together this many.</summary>
    public static async Task<int[]> WaitingAsync(Replicas replicas, int together)
    {
        int[] waiting = [];
        await Eventually.TrueAsync(
            async () =>
            {
                waiting = await Task.WhenAll(Enumerable.Range(0, replicas.Count).Select(i => WaitingAsync(replicas[i].Http)));
                return waiting.Sum() == together;
            },
            $"{together} webhooks that wait");
        return waiting;
    }

    /// <summary>From now on the receiver takes what comes.</summary>
    public void TakeAll() => takesAll = true;

    /// <summary>Waits until so many receivers know the end of their tasks, and checks that each came to know everything in order.</summary>
    /// <returns>How many got the task as it is in place of single events.</returns>
    public async Task<int> VerifyAsync(int count)
    {
        await Eventually.TrueAsync(() => paths.Count(IsAtEnd) >= count, $"the end of {count} of {paths.Length} tasks");
        var wholes = 0;
        foreach (var path in paths.Where(IsAtEnd))
        {
            var names = Taken(path).ConvertAll(one => one.Name);
            var places = names.ConvertAll(PlaceOf);
            Assert.True(places.SequenceEqual(places.Order()), $"{path}: {string.Join(' ', names)}");

            // What comes twice is the same: after the node died that had delivered it, and not told.
            var told = Taken(path).DistinctBy(one => one.Name).Select(one => JsonDocument.Parse(one.Body).RootElement).ToList();
            var whole = told.FindIndex(item => item.TryGetProperty("task", out _));
            var singles = whole < 0 ? told : told[..whole];
            Assert.Equal(Everything().Take(whole < 0 ? int.MaxValue : whole), singles.Select(TaskReader.ChangeIn));
            if (whole >= 0)
            {
                wholes++;
                Assert.Equal([$"artifact {Changes - 1}", $"status {Changes - 1}"], TaskReader.ChangesIn(Assert.Single(told[whole..])));
            }
        }

        return wholes;
    }

    /// <summary>Where notifications of other tasks are not taken.</summary>
    public string ClosedUrl => receiver.Url("/closed");

    public ValueTask DisposeAsync() => receiver.DisposeAsync();

    private static async Task<int> WaitingAsync(HttpClient replica)
    {
        var lines = (await replica.GetStringAsync("/metrics")).Split('\n');
        var line = Array.Find(lines, line => line.StartsWith("registry_push_waiting ", StringComparison.Ordinal)
            || line.StartsWith("registry_push_waiting{", StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Everything() => Enumerable.Range(0, Changes)
        .SelectMany(number => (string[])[$"artifact {number}", $"status {number}"])
        .Prepend("TASK_STATE_WORKING");

    private static (long Generation, int Part) PlaceOf(string name)
    {
        var parts = name.Split('.');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private bool IsAtEnd(string path) => Taken(path) is [.., var last] && last.Body.Contains("TASK_STATE_COMPLETED", StringComparison.Ordinal);

    private List<Receiver.Posted> Taken(string path) => [.. receiver.Taken.Where(one => one.Path == path)];
}
