using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace OrleansRegistry.ClusterTests;

/// <summary>
/// Reads the stream of one task until the task is over. Where it breaks, or the test moves the reader, it goes on by SubscribeToTask with Last-Event-ID
/// at another replica, and forgets what it has of a change whose id had not come yet.
/// </summary>
/// <param name="replica">Where it begins.</param>
/// <param name="isRpc">Whether it speaks JSON-RPC, or HTTP+JSON.</param>
internal sealed class TaskReader(WorkedAgent agent, int replica, bool isRpc) : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<JsonElement> items = [];
    private readonly object message = WorkedAgent.NewMessage();
    private CancellationTokenSource moving = new();
    private string? lastEventId;
    private string? taskId;
    private int known;
    private int next = replica;

    /// <summary>Ends with the task.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Null until the first event tells it, where none was named.</summary>
    public string? TaskId => Volatile.Read(ref taskId);

    /// <summary>How many streams it took.</summary>
    public int Streams { get; private set; }

    public IReadOnlyList<JsonElement> Items
    {
        get
        {
            lock (gate)
            {
                return [.. items];
            }
        }
    }

    /// <summary>What it was told of the task since it was submitted: <c>artifact n</c>, <c>status n</c> or a state.</summary>
    public IReadOnlyList<string> Told => [.. Items.SelectMany(ChangesIn).Where(told => told != "TASK_STATE_SUBMITTED")];

    /// <summary>How often it got the whole task in place of single events.</summary>
    public int Wholes => Items.Skip(1).Count(item => item.TryGetProperty("task", out _));

    /// <summary>Begins with SubscribeToTask, or where no task is named with SendStreamingMessage.</summary>
    public void Start(string? task = null)
    {
        taskId = task;
        Running = Task.Run(RunAsync);
    }

    /// <summary>Where it goes when its stream breaks.</summary>
    public void PlanMove(int to) => Volatile.Write(ref next, to);

    /// <summary>Leaves its stream, and goes on elsewhere.</summary>
    public void Move(int to)
    {
        PlanMove(to);
        moving.Cancel();
    }

    public void Dispose() => moving.Dispose();

    private async Task RunAsync()
    {
        while (!IsOver())
        {
            lock (gate)
            {
                items.RemoveRange(known, items.Count - known);
            }

            try
            {
                await ReadAsync();
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
            {
                // The replica is gone, or the test moves this reader.
                moving = new CancellationTokenSource();
                await Task.Delay(20);
            }
        }
    }

    private async Task ReadAsync()
    {
        var leaving = moving.Token;
        using var answer = await OpenAsync(Volatile.Read(ref next), leaving);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Streams++;
        var parser = SseParser.Create(await answer.Content.ReadAsStreamAsync(leaving));
        await foreach (var happened in parser.EnumerateAsync(leaving))
        {
            var data = JsonDocument.Parse(happened.Data).RootElement;
            var item = isRpc ? data.GetProperty("result") : data;
            lock (gate)
            {
                taskId ??= item.GetProperty("task").GetProperty("id").GetString();
                items.Add(item);
                if (happened.EventId is not null)
                {
                    (lastEventId, known) = (happened.EventId, items.Count);
                }
            }
        }
    }

    private Task<HttpResponseMessage> OpenAsync(int at, CancellationToken cancellationToken)
    {
        return (isRpc, taskId) switch
        {
            (true, null) => RpcAsync("SendStreamingMessage", new { message }),
            (true, { } id) => RpcAsync("SubscribeToTask", new { id }),
            (false, null) => agent.CallAsync(at, "/message:stream", new { message }, lastEventId, cancellationToken),
            (false, { } id) => agent.CallAsync(at, $"/tasks/{id}:subscribe", null, lastEventId, cancellationToken),
        };

        Task<HttpResponseMessage> RpcAsync(string method, object parameters) =>
            agent.CallAsync(at, "", new { jsonrpc = "2.0", id = 1, method, @params = parameters }, lastEventId, cancellationToken);
    }

    private bool IsOver() => Items is [.., var last] && StatusOf(last)?.GetProperty("state").GetString() == "TASK_STATE_COMPLETED";

    private static JsonElement? StatusOf(JsonElement item) =>
        item.TryGetProperty("statusUpdate", out var holder) || item.TryGetProperty("task", out holder) ? holder.GetProperty("status") : null;

    public static string ChangeIn(JsonElement item) => Assert.Single(ChangesIn(item));

    /// <summary>What an item tells. A whole task tells its newest change; that it has all before is checked.</summary>
    public static IReadOnlyList<string> ChangesIn(JsonElement item)
    {
        if (item.TryGetProperty("artifactUpdate", out var update))
        {
            return [$"artifact {TextOf(update.GetProperty("artifact"))}"];
        }

        var status = StatusOf(item)!.Value;
        if (!status.TryGetProperty("message", out var said))
        {
            return [status.GetProperty("state").GetString()!];
        }

        var number = int.Parse(TextOf(said), CultureInfo.InvariantCulture);
        if (!item.TryGetProperty("task", out var whole))
        {
            return [$"status {number}"];
        }

        var chunks = whole.GetProperty("artifacts")[0].GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("text").GetString());
        Assert.Equal(Enumerable.Range(0, number + 1).Select(chunk => $"{chunk}"), chunks);
        return [$"artifact {number}", $"status {number}"];
    }

    private static string TextOf(JsonElement holder) => holder.GetProperty("parts")[0].GetProperty("text").GetString()!;
}
