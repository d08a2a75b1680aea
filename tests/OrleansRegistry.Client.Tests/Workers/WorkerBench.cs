using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Client.Tests;

/// <summary>Runs a worker of a test's own agent, and asks things of the agent.</summary>
internal sealed class WorkerBench : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    public WorkerBench(ClientHost host, bool isRemote, ITaskRegistry? worksOn = null)
    {
        Tasks = host.LocalTasks;
        Agents = host.LocalAgents;
        WorksOn = worksOn ?? (isRemote ? host.Client.Tasks : host.LocalTasks);
        RegistersAt = isRemote ? host.Client.Agents : host.LocalAgents;
        Options = new AgentWorkerOptions
        {
            Card = """{"name":"echo","description":"Echoes","version":"1.0.0"}""",
            Caller = Caller,
            ClaimWait = TimeSpan.FromSeconds(5),
            Logger = Log,
        };
    }

    public const string AgentId = "echo";

    public Caller Caller { get; } = ClientHost.NewCaller();

    public ITaskRegistry Tasks { get; set; }

    public IAgentRegistry Agents { get; }

    public ITaskRegistry WorksOn { get; }

    public IAgentRegistry RegistersAt { get; }

    public AgentWorkerOptions Options { get; }

    public LogList Log { get; } = new();

    public Task Running => running;

    public void Start(Func<TaskRecord, WorkerContext, Task> work) =>
        running = new AgentWorker(WorksOn, RegistersAt, AgentId, Options).RunAsync(work, stop.Token);

    public Task StopAsync()
    {
        stop.Cancel();
        return running;
    }

    public async Task<TaskRecord> AskAsync(string text, string? taskId = null, string? messageId = null) => (await Tasks.SubmitAsync(
        Caller,
        new TaskSubmission(TextMessage.User(text, messageId)) { TaskId = taskId, AgentId = taskId is null ? AgentId : null },
        ClientHost.Cancellation)).Task;

    /// <summary>Waits until the task is in a state, and reads all of it.</summary>
    public async Task<TaskRecord> WaitForAsync(string id, params TaskState[] states)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ClientHost.Cancellation);
        try
        {
            await foreach (var happened in Tasks.WatchAsync(Caller, id, cancellationToken: either.Token))
            {
                if ((happened.Snapshot?.Status ?? happened.Status) is { } status && states.Contains(status.State))
                {
                    return (await Tasks.GetAsync(Caller, id, cancellationToken: either.Token))!;
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
        }

        Assert.Fail($"The task is not {string.Join(" or ", states)}: {await Tasks.GetAsync(Caller, id)}; the log: {string.Join('\n', Log.Lines)}");
        throw new InvalidOperationException();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    internal sealed class LogList : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
    }
}
