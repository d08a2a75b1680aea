using System.Diagnostics;

namespace OrleansRegistry.ClusterTests;

/// <summary>
/// Clients that write and read a few shared tasks through all replicas: appends, compare-and-set on generation and on state, strong reads.
/// </summary>
internal sealed class TaskLoad(string prefix, Uri[] addresses, Random random, int tasks = 6, int clients = 6)
    : HistoryLoad("tasks", prefix, addresses, random, tasks, clients)
{
    private static readonly string[] States = ["TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_INPUT_REQUIRED", "TASK_STATE_AUTH_REQUIRED"];

    private readonly int tasks = tasks;
    private readonly string context = $"{prefix}-context";

    protected override IReadOnlyList<string> Reads => ["?history_length=1&consistency=strong", "?history_length=1&consistency=local"];

    protected override Task<Operation> FirstAsync(Client client, int replica, int thing) =>
        WriteAsync(client, replica, thing, $"{Ids[thing]}-first", new Random(0), first: true);

    protected override async Task TurnAsync(Client client, int number, int turn, Random choices)
    {
        var (task, replica) = (choices.Next(tasks), choices.Next(client.Replicas));
        var message = $"{Ids[task]}-{number}-{turn}";
        var answer = choices.Next(3) == 0 ? await ReadAsync(client, replica, task) : await WriteAsync(client, replica, task, message, choices);
        Count(answer.Outcome);
        await Task.Delay(choices.Next(60, 180));
        if (answer is { Outcome: Outcome.Unknown, Message: not null, IfGeneration: null, IfState: null })
        {
            await RepeatAsync(client, choices.Next(client.Replicas), task, answer);
        }
    }

    private async Task<Operation> ReadAsync(Client client, int replica, int task)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await client.SendAsync(replica, HttpMethod.Get, $"{Paths[task]}{Reads[0]}");
        var read = new Operation(Ids[task], began, Stopwatch.GetTimestamp(), answer.Outcome);
        Assert.NotEqual(Outcome.Refused, answer.Outcome);
        if (answer.Outcome == Outcome.Done)
        {
            read = read with { Generation = Stored.GenerationOf(answer.Body), Seen = (Stored.StateOf(answer.Body), Stored.MessageIdOf(
                answer.Body.GetProperty("history")[0])) };
        }

        Histories[task].Add(read);
        return read;
    }

    /// <summary>One of: a submission, an append, a compare-and-set on the generation that was just read, one on a state.</summary>
    private async Task<Operation> WriteAsync(Client client, int replica, int task, string message, Random choices, bool first = false)
    {
        var (method, path) = (HttpMethod.Patch, Paths[task]);
        var body = new Dictionary<string, object> { ["messages"] = new[] { Message(message) } };
        var write = new Operation(Ids[task], 0, 0, Outcome.NotSent) { Message = message };
        switch (first ? 0 : choices.Next(1, 6))
        {
            case 0 or 1:
                (method, path) = (HttpMethod.Post, "/tasks");
                body = new() { ["taskId"] = Ids[task], ["contextId"] = context, ["message"] = Message(message) };
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
        write = write with { Began = began, Ended = Stopwatch.GetTimestamp(), Outcome = answer.Outcome, Generation = Stored.GenerationOf(
            answer.Body) };
        Histories[task].Add(write);
        return write;
    }

    /// <summary>The same message again after a lost answer: it is stored once, now or before.</summary>
    private async Task RepeatAsync(Client client, int replica, int task, Operation lost)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = lost.Sets is null
            ? await client.SendAsync(replica, HttpMethod.Patch, $"/tasks/{lost.Task}", new { messages = new[] { Message(lost.Message!) } })
            : await client.SendAsync(replica, HttpMethod.Post, "/tasks", new { taskId = lost.Task, message = Message(lost.Message!) });
        Histories[task].Add(lost with { Began = began, Ended = Stopwatch.GetTimestamp(), Outcome = answer.Outcome, Generation = 0, IsRepeat = true });
    }
}
