using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansRegistry.Agents;
using OrleansRegistry.Directory;
using OrleansRegistry.Forwarding.Agents;
using OrleansRegistry.Forwarding.Turns;
using OrleansRegistry.Forwarding.Wire;
using OrleansRegistry.Tasks;

namespace OrleansRegistry.Forwarding;

/// <summary>
/// Works on the tasks of agents delivered <see cref="AgentDelivery.Forward"/>, by an <see cref="AgentWorker"/> for each that has some: it begins when
/// this process takes a message for the agent, and where tasks of others may wait, from time to time. So a task has a lease, and goes on elsewhere
/// where this process dies.
/// </summary>
internal sealed partial class ForwardingService(
    AgentDirectory agents,
    IAgentRegistry registry,
    ITaskRegistry tasks,
    ForwardedNews news,
    RemoteAgents remotes,
    IOptions<ForwardingOptions> options,
    [RegistryTime] TimeProvider time,
    ILogger<ForwardingService> log) : BackgroundService, IHostedLifecycleService
{
    /// <summary>How long a worker waits for more to do.</summary>
    private static readonly TimeSpan ClaimWait = TimeSpan.FromSeconds(2);

    /// <summary>How long work may still take that is nearly done when the process stops; the rest is given back.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    /// <summary>So many agents are looked at without a pause.</summary>
    private const int AtOnce = 20;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(60);

    private static readonly string Worker =
        string.Create(CultureInfo.InvariantCulture, $"registry {Environment.MachineName}/{Environment.ProcessId}");

    private readonly Lock gate = new();
    private readonly Dictionary<(string Tenant, string Agent), Pump> pumps = [];
    private readonly ConcurrentDictionary<(string Tenant, string Task), bool> running = new();
    private readonly CancellationTokenSource stopping = new();

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Enabled)
        {
            news.OnSubmitted = Submitted;
            news.OnCanceled = Canceled;
        }

        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the silo stops, so that tasks can still be given back.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        Task[] left;
        lock (gate)
        {
            left = [.. pumps.Values.Select(pump => pump.Work)];
        }

        await Task.WhenAll(left).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        stopping.Dispose();
        base.Dispose();
    }

    /// <summary>Looks after tasks that nobody here was told of: those of a process that died, and those that came another way.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Value.Enabled)
        {
            var looked = 0;
            foreach (var agent in agents.Forwarded)
            {
                Wake(agent.Tenant, agent.Id);
                if (++looked % AtOnce == 0)
                {
                    await Task.Delay(Between, time, stoppingToken);
                }
            }

            await Task.Delay(options.Value.Look, time, stoppingToken);
        }
    }

    private void Submitted(TaskRecord task) => Wake(task.Tenant, task.AgentId!);

    private void Canceled(TaskRecord task)
    {
        // A turn that runs tells the agent itself.
        if (!running.ContainsKey((task.Tenant, task.Id)))
        {
            _ = Task.Run(() => CancelAsync(task), stopping.Token);
        }
    }

    private async Task CancelAsync(TaskRecord task)
    {
        try
        {
            using var patience = new CancellationTokenSource(CancelPatience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token, patience.Token);
            await remotes.Find(task).CancelTaskAsync(task.Remote!.TaskId!, either.Token);
        }
        catch (Exception fault) when (fault is RemoteFault or OperationCanceledException)
        {
            LogNotCanceled(LogText.Id(task.AgentId!), LogText.Id(task.Id), fault.Message);
        }
    }

    private void Wake(string tenant, string agentId)
    {
        var key = (tenant, agentId);
        lock (gate)
        {
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            if (pumps.TryGetValue(key, out var known))
            {
                known.IsAsked = true;
                return;
            }

            var pump = new Pump();
            pumps.Add(key, pump);
            pump.Work = Task.Run(() => RunAsync(key, pump), CancellationToken.None);
        }
    }

    /// <summary>Works for an agent until there is nothing more to do. Throws nothing.</summary>
    private async Task RunAsync((string Tenant, string Agent) key, Pump pump)
    {
        do
        {
            try
            {
                await WorkAsync(key.Tenant, key.Agent);
            }
            catch (RegistryException fault)
            {
                LogCannotWork(LogText.Id(key.Agent), LogText.Escape(fault.Message));
            }
#pragma warning disable CA1031 // Nobody else is there to see it, and the next message for the agent must find the way free.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                LogUnexpected(fault, LogText.Id(key.Agent));
            }
        }
        while (!IsOver(key, pump));
    }

    private bool IsOver((string Tenant, string Agent) key, Pump pump)
    {
        lock (gate)
        {
            if (pump.IsAsked && !stopping.IsCancellationRequested)
            {
                pump.IsAsked = false;
                return false;
            }

            pumps.Remove(key);
            return true;
        }
    }

    private async Task WorkAsync(string tenant, string agentId)
    {
        if (agents.Find(tenant, agentId) is not { Delivery: AgentDelivery.Forward } agent)
        {
            return;
        }

        var worker = new AgentWorker(tasks, registry, agentId, new AgentWorkerOptions
        {
            Caller = new Caller(tenant, WorkerOf(agent)),
            Worker = Worker,
            MaxConcurrency = options.Value.MaxConcurrent,
            ClaimWait = ClaimWait,
            StopTimeout = StopTimeout,
            UntilIdle = true,
            Logger = log,
            Time = time,
        });
        await worker.RunAsync(ForwardAsync, stopping.Token);
    }

    private async Task ForwardAsync(TaskRecord task, WorkerContext context)
    {
        var key = (task.Tenant, task.Id);
        running[key] = true;
        ForwardingTelemetry.Runs(1);
        try
        {
            await RunTurnAsync(task, context);
        }
        catch (RemoteFault fault)
        {
            LogFailed(LogText.Id(task.Id), LogText.Id(task.AgentId!), fault.Message);
            await context.FailAsync(fault.Message);
        }
        finally
        {
            ForwardingTelemetry.Runs(-1);
            running.TryRemove(key, out _);
        }
    }

    /// <summary>Runs it at one instance after the other, until one can be reached.</summary>
    /// <exception cref="RemoteFault">None can, or the agent cannot be forwarded to.</exception>
    private async Task RunTurnAsync(TaskRecord task, WorkerContext context)
    {
        var tried = new HashSet<string>(StringComparer.Ordinal);
        for (var agent = remotes.Find(task); ;)
        {
            try
            {
                await new ForwardedTurn(task, context, tasks, agent, options.Value, time, log).RunAsync();
                return;
            }
            catch (RemoteFault fault) when (fault.IsUnreached && agent.Instance is not null)
            {
                tried.Add(agent.Instance);
                LogUnreached(LogText.Id(agent.Instance), LogText.Id(task.AgentId!), fault.Message);
                if (remotes.FindOther(task, tried) is not { } other)
                {
                    throw;
                }

                agent = other;
            }
        }
    }

    /// <summary>In whose name tasks are claimed: whoever may, by the agent's owner's will.</summary>
    private static string WorkerOf(AgentRecord agent) => agent.Workers switch
    {
        [] => agent.Owner ?? Caller.DefaultSubject,
        var named when named.Contains(AgentWorkers.Anyone, StringComparer.Ordinal) => agent.Owner ?? Caller.DefaultSubject,
        var named => named[0],
    };

    [LoggerMessage(LogLevel.Warning, "Tasks of agent '{Agent}' cannot be passed on: {Reason}")]
    private partial void LogCannotWork(string agent, string reason);

    [LoggerMessage(LogLevel.Warning, "Task '{Task}' failed, as it cannot be passed on to agent '{Agent}': {Reason}")]
    private partial void LogFailed(string task, string agent, string reason);

    [LoggerMessage(LogLevel.Warning, "Instance '{Instance}' of agent '{Agent}' could not be reached ({Reason}); another is tried.")]
    private partial void LogUnreached(string instance, string agent, string reason);

    [LoggerMessage(LogLevel.Error, "Passing on tasks of agent '{Agent}' failed unexpectedly. It is tried again.")]
    private partial void LogUnexpected(Exception fault, string agent);

    [LoggerMessage(LogLevel.Warning, "Agent '{Agent}' could not be told that task '{Task}' is canceled: {Reason}")]
    private partial void LogNotCanceled(string agent, string task, string reason);

    /// <summary>The work for one agent.</summary>
    private sealed class Pump
    {
        /// <summary>There may be more to do than its worker has seen.</summary>
        public bool IsAsked { get; set; }

        public Task Work { get; set; } = Task.CompletedTask;
    }
}
