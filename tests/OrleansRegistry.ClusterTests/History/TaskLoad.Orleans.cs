using System.Diagnostics;
using System.Text.Json;

namespace OrleansRegistry.ClusterTests;

/// <summary>Clients that write and read a few shared tasks through all replicas: appends, compare-and-set on generation and on state, strong reads.</summary>
internal sealed class TaskLoad(string prefix, Uri[] addresses, Random random, int tasks = 6, int clients = 6)
{
    private static readonly string[] States = ["TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_INPUT_REQUIRED", "TASK_STATE_AUTH_REQUIRED"];

    private readonly TaskHistory[] histories = [.. Enumerable.Range(0, tasks).Select(_ => new TaskHistory())];
    private readonly int[] seeds = [.. Enumerable.Range(0, clients).Select(_ => random.Next())];
    private volatile bool ending;
    private int failed;
    private int unsent;
    private Task[] running = [];

    public IReadOnlyList<string> Ids { get; } = [.. Enumerable.Range(0, tasks).Select(i => $"{prefix}-{i}")];

    public IReadOnlyList<string> Paths => [.. Ids.Select(id => $"/tasks/{id}")];

    /// <summary>Calls that were answered neither with success nor with a refusal, and did not find the port closed.</summary>
    public int Failed => Volatile.Read(ref failed);

    /// <summary>Calls that did.</summary>
    public int Unsent => Volatile.Read(ref unsent);

    /// <summary>Makes the tasks, and begins.</summary>
    public async Task StartAsync()
    {
        using var client = new Client(addresses);
        for (var i = 0; i < tasks; i++)
        {
            var made = await WriteAsync(client, i % client.Replicas, i, $"{Ids[i]}-first", new Random(0), first: true);
            Assert.Equal(Outcome.Done, made.Outcome);
        }

        running = [.. seeds.Select((seed, i) => Task.Run(() => RunAsync(i, new Random(seed))))];
    }

    public async Task StopAsync()
    {
        ending = true;
        await Task.WhenAll(running);
    }

    /// <summary>Holds every answer against what is stored, as every replica reads it.</summary>
    /// <returns>How many writes were acknowledged, and the messages of each task, by its path.</returns>
    public async Task<(int Acknowledged, IReadOnlyDictionary<string, IReadOnlyList<string>> Messages)> VerifyAsync()
    {
        using var client = new Client(addresses);
        var (acknowledged, stored) = (0, new Dictionary<string, IReadOnlyList<string>>());
        for (var i = 0; i < tasks; i++)
        {
            var messages = await MessagesAsync(client, i % client.Replicas, Paths[i]);
            stored[Paths[i]] = messages;
            for (var replica = 0; replica < client.Replicas; replica++)
            {
                foreach (var consistency in (string[])["strong", "local"])
                {
                    var read = await client.SendAsync(replica, HttpMethod.Get, $"/tasks/{Ids[i]}?history_length=1&consistency={consistency}");
                    Assert.Equal(Outcome.Done, read.Outcome);
                    var found = histories[i].Check(Ids[i], GenerationOf(read.Body), StateOf(read.Body), messages);
                    acknowledged += replica == 0 && consistency == "strong" ? found : 0;
                }
            }
        }

        return (acknowledged, stored);
    }

    private async Task RunAsync(int number, Random choices)
    {
        using var client = new Client(addresses, seconds: 15);
        for (var turn = 0; !ending; turn++)
        {
            var (task, replica) = (choices.Next(tasks), choices.Next(client.Replicas));
            var message = $"{Ids[task]}-{number}-{turn}";
            var answer = choices.Next(3) == 0 ? await ReadAsync(client, replica, task) : await WriteAsync(client, replica, task, message, choices);
            if (answer.Outcome is Outcome.Unknown or Outcome.NotSent)
            {
                Interlocked.Increment(ref answer.Outcome == Outcome.Unknown ? ref failed : ref unsent);
                await Task.Delay(choices.Next(20, 60));
            }

            if (answer is { Outcome: Outcome.Unknown, Message: not null, IfGeneration: null, IfState: null })
            {
                await RepeatAsync(client, choices.Next(client.Replicas), task, answer);
            }
        }
    }

    private async Task<Operation> ReadAsync(Client client, int replica, int task)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await client.SendAsync(replica, HttpMethod.Get, $"/tasks/{Ids[task]}?history_length=1&consistency=strong");
        var read = new Operation(Ids[task], began, Stopwatch.GetTimestamp(), answer.Outcome);
        Assert.NotEqual(Outcome.Refused, answer.Outcome);
        if (answer.Outcome == Outcome.Done)
        {
            read = read with { Generation = GenerationOf(answer.Body), Seen = (StateOf(answer.Body), MessageIdOf(answer.Body.GetProperty("history")[0])) };
        }

        histories[task].Add(read);
        return read;
    }

    /// <summary>One of: a submission, an append, a compare-and-set on the generation that was just read, one on a state.</summary>
    private async Task<Operation> WriteAsync(Client client, int replica, int task, string message, Random choices, bool first = false)
    {
        var (method, path) = (HttpMethod.Patch, $"/tasks/{Ids[task]}");
        var body = new Dictionary<string, object> { ["messages"] = new[] { Message(message) } };
        var write = new Operation(Ids[task], 0, 0, Outcome.NotSent) { Message = message };
        switch (first ? 0 : choices.Next(1, 6))
        {
            case 0 or 1:
                (method, path) = (HttpMethod.Post, "/tasks");
                body = new() { ["taskId"] = Ids[task], ["contextId"] = $"{prefix}-context", ["message"] = Message(message) };
                write = write with { Sets = States[0] };
                break;
            case 2:
                break;
            case 3 or 4:
                if (await ReadAsync(client, replica, task) is not { Outcome: Outcome.Done } read)
                {
                    return write;
                }

                write = write with { IfGeneration = read.Generation, Sets = States[choices.Next(States.Length)] };
                (body["ifGenerationMatch"], body["state"]) = (read.Generation, write.Sets);
                break;
            default:
                write = write with { IfState = States[choices.Next(States.Length)], Sets = States[choices.Next(States.Length)] };
                (body["ifState"], body["state"]) = (write.IfState, write.Sets);
                break;
        }

        var began = Stopwatch.GetTimestamp();
        var answer = await client.SendAsync(replica, method, path, body);
        Assert.False(answer.Status == 404, $"{path} is not there");
        write = write with { Began = began, Ended = Stopwatch.GetTimestamp(), Outcome = answer.Outcome, Generation = GenerationOf(answer.Body) };
        histories[task].Add(write);
        return write;
    }

    /// <summary>The same message again after a lost answer: it is stored once, now or before.</summary>
    private async Task RepeatAsync(Client client, int replica, int task, Operation lost)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = lost.Sets is null
            ? await client.SendAsync(replica, HttpMethod.Patch, $"/tasks/{lost.Task}", new { messages = new[] { Message(lost.Message!) } })
            : await client.SendAsync(replica, HttpMethod.Post, "/tasks", new { taskId = lost.Task, message = Message(lost.Message!) });
        histories[task].Add(lost with { Began = began, Ended = Stopwatch.GetTimestamp(), Outcome = answer.Outcome, Generation = 0, IsRepeat = true });
    }

    /// <summary>The messages of a task or context that nobody changes any more; a call whose client has gone may still be under way.</summary>
    public static async Task<IReadOnlyList<string>> MessagesAsync(Client client, int replica, string path)
    {
        IReadOnlyList<string> messages = [];
        await Storage.Tests.Postgres.Eventually.TrueAsync(
            async () =>
            {
                var before = GenerationOf((await client.SendAsync(replica, HttpMethod.Get, path)).Body);
                messages = await PagesAsync(client, replica, path);
                return before == messages.Count && before == GenerationOf((await client.SendAsync(replica, HttpMethod.Get, path)).Body);
            },
            $"as many messages of {path} as it has generations");
        return messages;
    }

    public static async Task<IReadOnlyList<string>> PagesAsync(Client client, int replica, string path)
    {
        var ids = new List<string>();
        for (var token = ""; ;)
        {
            var page = await client.SendAsync(replica, HttpMethod.Get, $"{path}/messages?page_size=500{token}");
            Assert.Equal(Outcome.Done, page.Outcome);
            ids.AddRange(page.Body.GetProperty("messages").EnumerateArray().Select(MessageIdOf));
            if (page.Body.GetProperty("nextPageToken").GetString() is not { Length: > 0 } next)
            {
                return ids;
            }

            token = $"&page_token={Uri.EscapeDataString(next)}";
        }
    }

    public static string MessageIdOf(JsonElement message) => message.GetProperty("messageId").GetString()!;

    public static string StateOf(JsonElement task) => task.GetProperty("status").GetProperty("state").GetString()!;

    /// <summary>The generation that a task has, or that a refusal names; 0 where there is neither.</summary>
    public static long GenerationOf(JsonElement body) => body.ValueKind != JsonValueKind.Object ? 0
        : body.TryGetProperty("generation", out var made) || body.TryGetProperty("current_generation", out made) ? made.GetInt64() : 0;

    private static object Message(string id) => new { messageId = id, role = "ROLE_USER", parts = new[] { new { text = id } } };
}
